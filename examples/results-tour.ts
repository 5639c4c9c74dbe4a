// The examples of docs/results.md as one program. A comment `// → …` is what the line above it prints; tests check that.
import { Client, Cluster, publishData, RemoteError, TaskAborted } from "tsparallel";

const cluster = await Cluster.start({ n: 4 });
const rc = await Client.connect({ cluster });
const view = rc.view();
const balanced = rc.loadBalancedView();

const half = (x: number) => {
  if (x === 3) throw new RangeError(`${x} is odd`);
  return x / 2;
};
const pause = (ms: number) => new Promise<number>((resolve) => setTimeout(() => resolve(ms), ms));

const one = rc.view(0).apply(half, 8);
const many = view.apply(half, 8);
console.log(await one, await many);
// → 4 [ 4, 4, 4, 4 ]
console.log(many, many.ready, many.successful, many.length, many.r);
// → <AsyncResult: apply, finished> true true 4 [ 4, 4, 4, 4 ]

const slow = rc.view(0).apply(pause, 500);
console.log(await slow.wait({ timeoutMs: 20 }), await slow.get({ timeoutMs: 20 }).catch(String));
// → false TimeoutError: Result not ready: 0 of 1 done.
console.log(await slow);
// → 500

const mixed = balanced.map(pause, [1, 60_000], { chunkSize: 1 });
console.log(await mixed.wait({ returnWhen: "first" }), mixed.progress, mixed.ready);
// → true 1 false
await mixed.abort();

const pids = await view.apply(() => process.pid).getDict();
console.log(Object.keys(pids));
// → [ '0', '1', '2', '3' ]

const halves = balanced.map(half, [2, 4, 6]);
await halves.wait();
console.log(halves.at(-1), halves.slice(0, 2));
// → 3 [ 1, 2 ]

const squares = balanced.map((x: number) => x * x, [1, 2, 3]);
for await (const square of squares) console.log(square);
// → 1
// → 4
// → 9

const partial = view.map(half, [1, 2, 3, 4]);
const items = await partial.get({ returnErrors: true });
console.log(items.map((item) => (item instanceof RemoteError ? item.evalue : item)));
// → [ 0.5, 1, '3 is odd', 2 ]
console.log(partial.successful, partial.at(1));
// → false 1

const report = rc.view(1).apply(async () => {
  for (let step = 1; step <= 3; step++) publishData({ step });
  console.log("working");
  return "done";
});
for await (const piece of report.streamOutput())
  if (piece.kind === "stream") console.log(piece.engine, piece.text.trim());
// → 1 working
console.log(await report, report.data);
// → done { step: 3 }

const first = balanced.withFlags({ label: "first" }).apply(half, 2);
const second = balanced.withFlags({ after: first }).apply(half, 4);
await second;
const { status, label, received } = first.metadata;
console.log(status, label, received instanceof Date, second.metadata.after[0] === first.msgIds[0]);
// → ok first true true

const naps = view.apply(pause, 100);
await naps;
console.log(naps.progress / naps.length, naps.serialTimeMs > naps.wallTimeMs);
// → 1 true

const endless = rc.view(2).apply(() => {
  for (;;);
});
await endless.abort();
console.log((await endless.get({ returnErrors: true })) instanceof TaskAborted, await rc.view(2).apply(half, 2));
// → true 1

const numbers = new Float64Array(1_000_000);
const pushed = view.push({ numbers });
await pushed.waitOnSend();
numbers.fill(1);
console.log(pushed.sent, await rc.view(0).apply(() => (globalThis as unknown as { numbers: number[] }).numbers[0]));
// → true 0

await rc.close();
await cluster.stop();
