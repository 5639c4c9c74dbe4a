// The examples of docs/client.md as one program. A comment `// → …` is what the line above it prints; tests check that.
import { Client, Cluster, CompositeError, EngineError, RemoteError } from "tsparallel";

const cluster = await Cluster.start({ n: 4 });
const rc = await Client.connect({ cluster });
console.log(rc, rc.ids);
// → <Client 4 engines> [ 0, 1, 2, 3 ]

// One engine gives a value, several give an array.
const double = (x: number) => x * 2;
console.log(await rc.view(0).apply(double, 21));
// → 42
console.log(await rc.view("::2").apply(double, 21), rc.view("::2"));
// → [ 42, 42 ] <DirectView [0, 2]>

const k = 3;
const tripled = await rc.loadBalancedView().map((x) => x * k, [1, 2, 3]);
console.log(tripled);
// → [ 3, 6, 9 ]

const view = rc.view();
await view.push({ a: 1.5, table: new Map([["x", 1n]]) });
console.log(await view.pull<number>("a"));
// → [ 1.5, 1.5, 1.5, 1.5 ]
view.vars["b"] = 4;
console.log(await view.vars["b"], await view.pull("b", { targets: 0 }));
// → [ 4, 4, 4, 4 ] 4

await view.scatter("part", Float64Array.from({ length: 6 }, (_, i) => i));
await view.execute("part = part.map((x) => x * x)");
console.log(await view.gather("part"));
// → Float64Array(6) [ 0, 1, 4, 9, 16, 25 ]

const hello = view.execute("console.log(`hello from ${6 * 7}`); a");
await hello.displayOutputs("engine");
// → [stdout:0] hello from 42
// → Out[0:2]: 1.5
// → [stdout:1] hello from 42
// → Out[1:2]: 1.5
// → [stdout:2] hello from 42
// → Out[2:2]: 1.5
// → [stdout:3] hello from 42
// → Out[3:2]: 1.5

const slow = rc.view([0, 1]).execute("console.log('one'); await new Promise((go) => setTimeout(go, 50)); console.log('two')");
const heard = new Map<number | undefined, string>();
for await (const piece of slow.streamOutput())
  if (piece.kind === "stream") heard.set(piece.engine, (heard.get(piece.engine) ?? "") + piece.text);
console.log(heard.get(0) === "one\ntwo\n", slow.stdout[1] === "one\ntwo\n");
// → true true

const balanced = rc.loadBalancedView();
const squares = balanced.map((x) => x * x, Array.from({ length: 1000 }, (_, i) => i));
let sum = 0;
for await (const square of squares) sum += square;
console.log(sum, squares.length, squares.progress);
// → 332833500 1000 1000

const careful = balanced.withFlags({ retries: 2, timeoutMs: 5000, targets: [0, 1], label: "careful" });
const result = careful.apply(() => "done");
console.log(await result.get({ timeoutMs: 10_000 }), result.metadata.status, result.metadata.label);
// → done ok careful

const first = balanced.apply(double, 4);
const second = view.apply(double, 5);
console.log(await rc.wait([first, second], { timeoutMs: 10_000 }), rc.results.get(first.msgIds[0] ?? ""));
// → true 8
console.log(await second, await rc.getResult(-1), rc.history.at(-1) === second.msgIds[3]);
// → [ 10, 10, 10, 10 ] 10 true

const [row] = await rc.dbQuery({ label: "careful", completed: { $ne: null } }, ["submitted", "completed"]);
console.log(row?.msgId === result.msgIds[0], row?.completed instanceof Date);
// → true true
console.log(await rc.getResult<string>(row?.msgId ?? ""), (await rc.hubHistory()).includes(row?.msgId ?? ""));
// → done true

try {
  await view.apply((x: number) => {
    if (x > 1) throw new RangeError(`${x} is too much`);
  }, 2);
} catch (error) {
  if (!(error instanceof CompositeError)) throw error;
  console.log(error.elist.length, error.elist[0]?.ename, error.elist[0]?.engine);
  // → 4 RangeError 0
  console.log(error.elist[1] instanceof RemoteError, error.elist[1]?.message);
  // → true [1:apply]: RangeError: 2 is too much
}

const lost = rc.view(3).apply(() => process.kill(process.pid, "SIGKILL"));
const failure: unknown = await lost.get().catch((error: unknown) => error);
console.log(failure instanceof EngineError && failure.engine, rc.ids);
// → 3 [ 0, 1, 2 ]

await rc.close();
await cluster.stop();
