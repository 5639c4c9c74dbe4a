// The examples of docs/load-balanced-view.md as one program. A comment `// → …` is what the line above it prints; tests
// check that.
import {
  Client,
  Cluster,
  Dependency,
  depend,
  dependent,
  ImpossibleDependency,
  RemoteError,
  requires,
  UnmetDependency,
} from "tsparallel";

const cluster = await Cluster.start({ n: 3 });
const rc = await Client.connect({ cluster });
const view = rc.loadBalancedView();
console.log(view, rc.loadBalancedView([0, 2]));
// → <LoadBalancedView all> <LoadBalancedView [0, 2]>

const area = (width: number, height: number) => width * height;
console.log(await view.apply(area, 3, 4), await view.remote(area)(5, 6));
// → 12 30

// Maps
console.log(await view.map(area, [1, 2, 3], Float64Array.of(4, 5, 6)));
// → [ 4, 10, 18 ]

const root = (x: number) => {
  if (x < 0) throw new RangeError(`no root of ${x}`);
  return Math.sqrt(x);
};
const roots = await view.map(root, [4, -1, 9], { returnErrors: true });
console.log(roots.map((value) => (value instanceof RemoteError ? value.evalue : value)));
// → [ 2, 'no root of -1', 3 ]

const sums = view.parallel((xs: readonly number[]) => [xs.reduce((a, b) => a + b)], { chunkSize: 2 });
console.log(await sums([1, 2, 3, 4, 5]), await view.parallel((x: number) => 10 * x ** 4).map([0, 1, 2]));
// → [ 3, 7, 5 ] [ 0, 10, 160 ]

// Endless sequences
function* naturals() {
  for (let n = 0; ; n++) yield n;
}
for await (const square of view.imap((n) => n * n, naturals(), { maxOutstanding: 8 })) {
  if (square > 10) break;
  console.log(square);
}
// → 0
// → 1
// → 4
// → 9

// Flags
const careful = view.withFlags({ retries: 2, timeoutMs: 5000, targets: [0, 1], label: "careful" });
await careful.apply(() => "done");
const [row] = await rc.dbQuery({ label: "careful" }, ["queue", "label"]);
console.log(row?.queue, row?.label, careful.history.at(-1) === row?.msgId);
// → task careful true

// Graph dependencies
const load = view.apply(() => process.pid);
const use = view.withFlags({ follow: load }).apply(() => process.pid);
const report = view.withFlags({ after: [load, use] }).apply(() => "both are done");
console.log((await use) === (await load), await report);
// → true both are done

const risky = view.apply(root, -4);
const onFailure = new Dependency(risky, { success: false, failure: true });
const cleanUp = view.withFlags({ after: onFailure }).apply(() => "cleaned up");
const next = view.withFlags({ after: risky }).apply(() => "never");
console.log(await cleanUp, (await next.get().catch((error: unknown) => error)) instanceof ImpossibleDependency);
// → cleaned up true

// Conditions of functions
await Promise.all(rc.ids.map((id) => rc.view(id).push({ memoryGb: 8 * (id + 1) })));

const hasMemory = (gb: number) => (globalThis as { memoryGb?: number }).memoryGb === gb;
const whichEngine = () => (globalThis as { memoryGb?: number }).memoryGb;
console.log(await view.apply(depend(hasMemory, 24)(whichEngine)));
// → 24
console.log(await view.map(dependent(area, hasMemory, 16), [1, 2], [3, 4]));
// → [ 3, 8 ]

function picky(gb: number) {
  if (!hasMemory(gb)) throw new UnmetDependency(`this engine has no ${gb} GB`);
  return gb;
}
console.log(await view.apply(picky, 8));
// → 8

declare const os: typeof import("node:os");
declare const limit: number;
function double(x: number) {
  return 2 * x;
}
const few = requires(["node:os", double, { limit: 100 }], (n: number) => os.cpus().length > 0 && double(n) < limit);
console.log(await view.apply(few, 3));
// → true

const lacking = requires("no-such-package", () => 1);
const failure = await rc
  .view(0)
  .apply(lacking)
  .get()
  .catch((error: unknown) => error);
console.log(failure instanceof UnmetDependency);
// → true

await rc.close();
await cluster.stop();
