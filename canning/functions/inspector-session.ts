import { type Debugger, type Runtime, Session } from "node:inspector";

/** One scope around a function, innermost first in lists. */
export interface FunctionScope {
  /** V8's name: `Closure (outer)`, `Block`, `Module`, `Script`, `Global`, … */
  readonly description: string;
  /**
   * The variables as they are now, a fresh object at each look. Reading one that is not initialised yet throws on
   * Node 24 and gives `undefined` on Node 20.
   */
  readonly object: Readonly<Record<string, unknown>>;
}

/** What V8 knows of a function. */
export interface InspectedFunction {
  readonly location: { readonly scriptId: string; readonly line: number; readonly column: number } | undefined;
  readonly scopes: readonly FunctionScope[];
}

/** Objects that both we and the inspector hold, so that nothing need be put on the global object. */
interface Desk {
  subject: unknown;
  scopes: readonly FunctionScope[];
}

const group = "canning";
const deskKey = "tsparallel.canning.desk";

/** True while the Debugger domain is on; still true afterwards if that was cut short. */
let isDebugging = false;
let opened: { readonly session: Session; readonly desk: Desk; readonly deskId: string } | undefined;

/**
 * A session of this thread with itself; V8 answers before `post` returns. Connected, it costs nothing (measured: the
 * same loops, the same awaits). The Debugger domain does: enabled, awaits take eight times as long, so it is on only
 * while a script is looked up.
 *
 * User code can be stopped at any statement, ours under it included: what is left then is made good by the next call.
 */
function open(): NonNullable<typeof opened> {
  if (opened) return opened;
  const session = new Session();
  session.connect();
  const desk: Desk = { subject: undefined, scopes: [] };
  const key = Symbol.for(deskKey);
  Object.defineProperty(globalThis, key, { value: desk, configurable: true });
  try {
    const { result } = answer<Runtime.EvaluateReturnType>((done) =>
      session.post(
        "Runtime.evaluate",
        { expression: `globalThis[Symbol.for("${deskKey}")]`, objectGroup: `${group}-desk` },
        done,
      ),
    );
    opened = { session, desk, deskId: result.objectId ?? "" };
    return opened;
  } finally {
    Reflect.deleteProperty(globalThis, key);
  }
}

/** Where a function was written and the variables around it. Takes 0.05 ms. */
export function inspectFunction(subject: object): InspectedFunction {
  const { session, desk } = open();
  if (isDebugging) stopDebugging(session);
  const properties = new Map(internalProperties(subject).map(({ name, value }) => [name, value]));
  const location = properties.get("[[FunctionLocation]]")?.value as Debugger.Location | undefined;
  const scopeList = properties.get("[[Scopes]]")?.objectId;
  desk.scopes = [];
  if (scopeList !== undefined) callOnDesk(scopeList, "function (desk) { desk.scopes = this; }");
  const { scopes } = desk;
  desk.scopes = [];
  session.post("Runtime.releaseObjectGroup", { objectGroup: group });
  return {
    location: location && {
      scriptId: location.scriptId,
      line: location.lineNumber,
      column: location.columnNumber ?? 0,
    },
    scopes: Array.from(scopes),
  };
}

function internalProperties(subject: object): Runtime.InternalPropertyDescriptor[] {
  const { session, desk, deskId } = open();
  desk.subject = subject;
  const { result } = callOnDesk(deskId, "function () { return this.subject; }");
  desk.subject = undefined;
  const objectId = result.objectId ?? "";
  const answered = answer<Runtime.GetPropertiesReturnType>((done) =>
    session.post("Runtime.getProperties", { objectId, ownProperties: true }, done),
  );
  return answered.internalProperties ?? [];
}

function callOnDesk(objectId: string, functionDeclaration: string): Runtime.CallFunctionOnReturnType {
  const { session, deskId } = open();
  return answer((done) =>
    session.post(
      "Runtime.callFunctionOn",
      { objectId, functionDeclaration, arguments: [{ objectId: deskId }], silent: true, objectGroup: group },
      done,
    ),
  );
}

/** Runs something with the Debugger domain on; all scripts there are were announced before it begins. Takes 2–15 ms. */
export function withScripts<T>(
  run: (scripts: ReadonlyMap<string, string>, source: (scriptId: string) => string) => T,
): T {
  const { session } = open();
  const urls = new Map<string, string>();
  const announced = ({ params }: { params: Debugger.ScriptParsedEventDataType }) =>
    void urls.set(params.scriptId, params.url);
  session.on("Debugger.scriptParsed", announced);
  try {
    isDebugging = true;
    session.post("Debugger.enable");
    return run(urls, (scriptId) => scriptSource(session, scriptId));
  } finally {
    stopDebugging(session);
    session.off("Debugger.scriptParsed", announced);
  }
}

function stopDebugging(session: Session): void {
  session.post("Debugger.disable");
  isDebugging = false;
}

function scriptSource(session: Session, scriptId: string): string {
  return answer<Debugger.GetScriptSourceReturnType>((done) =>
    session.post("Debugger.getScriptSource", { scriptId }, done),
  ).scriptSource;
}

function answer<T>(ask: (done: (error: Error | null, result?: T) => void) => void): T {
  let answered: { error: Error | null; result: T | undefined } | undefined;
  ask((error, result) => {
    answered = { error, result };
  });
  if (answered?.result === undefined) throw answered?.error ?? new Error("the inspector did not answer");
  return answered.result;
}
