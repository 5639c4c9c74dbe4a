// The examples of docs/errors.md as one program. A comment `// → …` is what the line above it prints; tests check that.
import { stripVTControlCharacters } from "node:util";
import {
  type AsyncResult,
  CanningError,
  Client,
  Cluster,
  CompositeError,
  EngineError,
  RemoteError,
  TaskAborted,
} from "tsparallel";

const cluster = await Cluster.start({ n: 4 });
const rc = await Client.connect({ cluster });

const errorOf = (result: AsyncResult<unknown>): Promise<unknown> =>
  result.then(
    () => undefined,
    (error: unknown) => error,
  );

const single = await errorOf(rc.view(2).execute("throw new RangeError('too far')"));
if (single instanceof RemoteError) console.log(single.name, single.ename, single.engine, single.engineInfo?.method);
// → RemoteError RangeError 2 execute

const several = await errorOf(rc.view().execute("missing + 1"));
if (!(several instanceof CompositeError)) throw several;
console.log(several.elist.length, several.evalue, several instanceof RemoteError);
// → 4 one or more errors from: execute true
console.log(several.elist[1]?.engine, several.elist[1]?.evalue);
// → 1 missing is not defined
console.log([several, single]);
// → [ CompositeError(4), <RemoteError[2]: RangeError(too far)> ]

console.log(several.renderTraceback(1).slice(0, 2).map(stripVTControlCharacters));
// → [ '[1:execute]:', 'ReferenceError: missing is not defined' ]
try {
  several.raiseException(3);
} catch (error) {
  console.log(error === several.elist[3]);
  // → true
}

CompositeError.tbLimit = 1;
console.log(several.renderTraceback().at(-1));
// → ... 3 more exceptions ...
CompositeError.tbLimit = 5;

const endless = rc.loadBalancedView().apply(() => {
  for (;;);
});
await endless.abort();
console.log((await errorOf(endless)) instanceof TaskAborted);
// → true

try {
  rc.view().apply((value: unknown) => value, Symbol("mine"));
} catch (error) {
  console.log(error instanceof CanningError);
  // → true
}

const killed = await errorOf(rc.view(3).apply(() => process.kill(process.pid, "SIGKILL")));
console.log(killed instanceof EngineError && killed.engine, rc.ids);
// → 3 [ 0, 1, 2 ]

await rc.close();
await cluster.stop();
