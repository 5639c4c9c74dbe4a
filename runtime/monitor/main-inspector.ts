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
 * The monitor's hold on the main thread's JavaScript. The session is connected when the process starts, as connecting
 * later can block while native code runs; the debugger is on only during an interrupt, for it makes awaits ten times
 * and compiling twelve times slower (Node 20.20).
 */
export class MainInspector {
  readonly #session = new Session();
  /** Names of all scripts by V8's id, told when the debugger goes on: call frames carry the id alone. */
  readonly #scriptNames = new Map<string, string>();
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
    this.#session.on("Debugger.paused", ({ params }) => this.#paused.resolve(this.#namesOf(params)));
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
  async terminateHere(): Promise<void> {
    await this.#callProbe("clearAsyncIds");
    void this.#post("Debugger.resume", { terminateOnResume: true });
    await this.release();
  }

  /** Lets go: disarms, and a paused main thread goes on. */
  async release(): Promise<void> {
    await this.#post("Debugger.disable");
    this.#scriptNames.clear();
  }

  disconnect(): void {
    this.#session.disconnect();
  }

  #namesOf({ callFrames }: Debugger.PausedEventDataType): readonly string[] {
    return callFrames.map(({ location }) => this.#scriptNames.get(location.scriptId) ?? "");
  }

  async #callProbe(name: keyof MainProbe): Promise<void> {
    const functionDeclaration = `function () { this.${name}(); }`;
    await this.#post("Runtime.callFunctionOn", { objectId: this.#probeId, functionDeclaration });
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
