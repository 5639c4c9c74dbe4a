import { type Debugger, Session } from "node:inspector";
import { Deferred } from "../../protocol/deferred.ts";
import { type MainProbe, probeKey } from "./monitor-messages.ts";

/** A pause that has been asked for. */
export interface ArmedPause {
  /** Script names of the call frames where the main thread stands, innermost first. */
  readonly paused: Promise<readonly string[]>;
  /** The main thread has heard of it: it is not in native code that JavaScript called. */
  readonly isHeard: boolean;
}

/**
 * What a `finally` of Node's `processImmediate` would do. Without it a callback of `setImmediate` that is ended leaves
 * itself at the head of Node's queue, where it throws or hides the callbacks behind it (Node 20 and 24).
 */
const skipImmediate = "if (immediate?._destroyed) outstandingQueue.head = immediate._idleNext";

/**
 * The monitor's hold on the main thread's JavaScript. The session is connected when the process starts, as connecting
 * later can block while native code runs; the debugger is on only during an interrupt, for it makes awaits ten times
 * and compiling twelve times slower (Node 20.20).
 */
export class MainInspector {
  readonly #session = new Session();
  /** Names of all scripts by V8's id, told when the debugger goes on: call frames carry the id alone. */
  readonly #scriptNames = new Map<string, string>();
  /** Where the main thread stood at the last pause, innermost first. */
  #frames: readonly Debugger.CallFrame[] = [];
  #probeId = "";
  #paused: Deferred<readonly string[]> = new Deferred();

  /** To be called while the main thread is free. */
  static async connect(): Promise<MainInspector> {
    const inspector = new MainInspector();
    await inspector.#connect();
    return inspector;
  }

  async #connect(): Promise<void> {
    this.#session.connectToMainThread();
    this.#session.on("Debugger.scriptParsed", ({ params }) => this.#scriptNames.set(params.scriptId, params.url));
    this.#session.on("Debugger.paused", ({ params }) => this.#atPause(params));
    const expression = `globalThis[Symbol.for(${JSON.stringify(probeKey)})]`;
    const { result } = await this.#post<{ result: { objectId?: string } }>("Runtime.evaluate", { expression });
    if (result.objectId === undefined) throw new Error("The main thread does not show its probe.");
    this.#probeId = result.objectId;
  }

  /**
   * Pauses the main thread's JavaScript: at once, inside a regular expression and `Atomics.wait` too, or when native
   * code has returned. Armed until `release` or `terminateHere`.
   */
  arm(): ArmedPause {
    this.#paused = new Deferred();
    const state = { paused: this.#paused.promise, isHeard: false };
    void this.#post("Debugger.enable");
    void this.#post("Debugger.pause").then(() => {
      state.isHeard = true;
    });
    return state;
  }

  /** While paused: runs on until the innermost function returns to its caller. */
  stepOut(): Promise<readonly string[]> {
    this.#paused = new Deferred();
    void this.#post("Debugger.stepOut");
    return this.#paused.promise;
  }

  /** While paused: ends all JavaScript on the stack; no `catch` or `finally` of it runs. */
  terminateHere(): void {
    for (const { callFrameId, functionName, location } of this.#frames)
      if (functionName === "processImmediate" && this.#scriptNames.get(location.scriptId) === "node:internal/timers")
        void this.#post("Debugger.evaluateOnCallFrame", { callFrameId, expression: skipImmediate });
    this.#callProbe("clearAsyncIds");
    void this.#post("Debugger.resume", { terminateOnResume: true });
    this.release();
  }

  /** Lets go: disarms, and a paused main thread goes on. */
  release(): void {
    void this.#post("Debugger.disable");
  }

  disconnect(): void {
    this.#session.disconnect();
  }

  #atPause({ callFrames }: Debugger.PausedEventDataType): void {
    this.#frames = callFrames;
    this.#paused.resolve(callFrames.map(({ location }) => this.#scriptNames.get(location.scriptId) ?? ""));
  }

  #callProbe(name: keyof MainProbe): void {
    const functionDeclaration = `function () { this.${name}(); }`;
    void this.#post("Runtime.callFunctionOn", { objectId: this.#probeId, functionDeclaration });
  }

  async #post<Reply = unknown>(method: string, params: object = {}): Promise<Reply> {
    const reply = new Deferred<Reply>();
    this.#session.post(method, params, (error: Error | null, value?: object) => {
      // Refused commands are those that came too late ("can only be performed while paused"): nothing is to be done.
      reply.resolve((error === null ? (value ?? {}) : {}) as Reply);
    });
    return reply.promise;
  }
}
