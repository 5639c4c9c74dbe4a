// The examples of docs/direct-view.md as one program. A comment `// → …` is what the line above it prints; tests check that.
import { Client, Cluster, parallel, Reference, remote } from "tsparallel";

const cluster = await Cluster.start({ n: 4 });
const rc = await Client.connect({ cluster });
const view = rc.view();
console.log(rc.view([0, 2]), rc.view(-1), rc.view("1:3"), rc.directView());
// → <DirectView [0, 2]> <DirectView 3> <DirectView [1, 2]> <DirectView all>

await view.push({ a: 5, b: 10 });
declare const a: number, b: number; // The engines have them.
console.log(await view.apply((x) => a + b + x, 27));
// → [ 42, 42, 42, 42 ]

await view.scatter("id", rc.ids, { flatten: true });
console.log(await view.apply((id, name) => `${name} ${id}`, new Reference<number>("id"), "engine"));
// → [ 'engine 0', 'engine 1', 'engine 2', 'engine 3' ]

const pair = rc.view([0, 2]);
pair.targets = [1, 3];
console.log(await pair.apply(() => 10), await pair.withFlags({ targets: 0, label: "alone" }).apply(() => 10));
// → [ 10, 10 ] 10

await view.execute("c = a + b", { targets: "::2" });
await view.execute("c = a - b", { targets: "1::2" });
console.log(await view.vars["c"]);
// → [ 15, -5, 15, -5 ]

await view.run("examples/psum.ts");
await view.scatter("part", Float64Array.from({ length: 16 }, (_, i) => i));
await view.execute("const sum = psum(part)");
console.log(await view.pull<number>("sum"));
// → [ 6, 22, 38, 54 ]

console.log(await view.push({ a: 1.03234, b: 3453 }));
// → [ undefined, undefined, undefined, undefined ]
console.log(await view.pull("a"), await view.pull<number>("b", { targets: 0 }));
// → [ 1.03234, 1.03234, 1.03234, 1.03234 ] 3453
console.log(await view.pull<[number, number]>(["a", "b"], { targets: [0, 1] }));
// → [ [ 1.03234, 3453 ], [ 1.03234, 3453 ] ]

await view.scatter("x", [0, 1, 2, 3, 4, 5], { dist: "roundRobin" });
console.log(await view.pull("x"), await view.gather("x", { dist: "roundRobin" }));
// → [ [ 0, 4 ], [ 1, 5 ], [ 2 ], [ 3 ] ] [ 0, 1, 2, 3, 4, 5 ]

const powers = await view.map((x, n) => x ** n, [1, 2, 3, 4], [10, 10, 10, 10]);
console.log(powers, await view.reduce((left, right) => left + right, powers));
// → [ 1, 1024, 59049, 1048576 ] 1108650

function* naturals() {
  for (let n = 1; ; n++) yield n;
}
let firstAbove = 0;
for await (const square of view.imap((n) => n * n, naturals()))
  if (square > 1000) {
    firstAbove = square;
    break;
  }
console.log(firstAbove);
// → 1024

const area = view.remote((width: number, height: number) => width * height);
console.log(await area(2, 3), await remote(view, { targets: 0 })((n: number) => -n)(4));
// → [ 6, 6, 6, 6 ] -4

const echo = view.parallel((x: unknown) => JSON.stringify(x));
console.log(await echo([0, 1, 2, 3, 4]), await echo.map([0, 1, 2, 3, 4]));
// → [ '[0,1]', '[2]', '[3]', '[4]' ] [ '0', '1', '2', '3', '4' ]

const matrix = Array.from({ length: 64 }, (_, i) => Float64Array.from({ length: 48 }, (_, j) => Math.sin(i + j)));
const pmul = parallel(view)((a: Float64Array[], b: Float64Array[]) => a.map((row, i) => row.map((x, j) => x * (b[i]?.[j] ?? 0))));
const product = await pmul(matrix, matrix);
console.log(product.length, product[63]?.length, product.every((row, i) => row.every((x, j) => x === (matrix[i]?.[j] ?? 0) ** 2)));
// → 64 48 true

const { os, join } = await view.imports<{ os: typeof import("node:os"); join: typeof import("node:path").join }>({
  os: "node:os",
  join: ["node:path", "join"],
});
// → importing node:os on engine(s)
// → importing join from node:path on engine(s)
console.log(join("a", "b"), new Set(await view.apply(os.hostname)).size);
// → a/b 1

const results = Array.from({ length: 3 }, (_, i) => view.apply((n) => n * 2, i));
console.log(await view.wait(results, { timeoutMs: 10_000 }), await view.getResult(-1), view.outstanding);
// → true 4 []

const grid = new Float64Array(1_000_000).fill(1);
const lent = view.withFlags({ track: true }).push({ grid });
await lent.waitOnSend();
grid.fill(2);
console.log(lent.sent, (await view.execute("grid[999_999]")).map(({ text }) => text));
// → true [ '1', '1', '1', '1' ]

await rc.view([0, 1]).clear();
console.log(await view.apply(() => "sum" in globalThis));
// → [ false, false, true, true ]

await rc.close();
await cluster.stop();
