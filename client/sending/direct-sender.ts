import { inspect } from "node:util";
import type { CellProgram } from "../../protocol/cell-program.ts";
import { type EngineId, type MsgId, msgId } from "../../protocol/ids.ts";
import type { Payload } from "../connection/request-traffic.ts";
import type { ConnectionService } from "../connection-service.ts";
import type { FailedEngine } from "../errors/remote-error.ts";
import { History } from "../local/history.ts";
import type { CallOptions, ExecuteOptions, SendOptions } from "../options/call-options.ts";
import { ExecuteReply } from "../requests/execute-reply.ts";
import type { RequestPlan } from "../requests/request.ts";
import type { AsyncResult } from "../results/async-result.ts";
import type { Arity } from "../results/result-plan.ts";
import { type FixedTargets, fixTargets, recipients, requireOurs, type Targets } from "../targets.ts";
import { cannedCall, cannedValue, type Operation } from "./canned-call.ts";
import { type Assembly, type DirectCall, type SendCall, sendEach, submitDirect } from "./submit-direct.ts";

/** What is done on engines with canned values. */
export interface CannedOperation {
  /** As its result is called, for example `push`. */
  readonly name: string;
  readonly operation: Operation;
  /** Makes the result of the value that came back; that value itself where it is left out. */
  readonly pick?: (value: unknown, engine: FailedEngine | undefined) => unknown;
}

/** The same for every engine. */
interface OneCall extends CannedOperation {
  readonly value: unknown;
  readonly assembly?: Assembly;
}

/** Different from engine to engine, by the engine's place among the targets. */
interface CallPerEngine extends CannedOperation {
  readonly value: (place: number) => unknown;
  readonly track?: boolean | undefined;
  /** Items that it computes; 1 where it is left out. */
  readonly size?: (place: number) => number;
  readonly assembly?: Assembly;
}

interface Code extends ExecuteOptions {
  readonly code: string;
  /** Name in stack traces; the engine's own (`cell [3]`) where it is left out. */
  readonly filename?: string;
}

interface SenderOptions {
  readonly label: string | undefined;
  /** A message to each engine where it is left out. */
  readonly send?: SendCall;
}

/** Sends what a direct view is told to send, under its flags. */
export class DirectSender {
  readonly connection: ConnectionService;
  readonly label: string | undefined;
  /** What this view has sent. */
  readonly history = new History();
  targets: FixedTargets;
  track = false;

  readonly #send: SendCall;

  constructor(connection: ConnectionService, targets: FixedTargets, { label, send = sendEach }: SenderOptions) {
    this.connection = connection;
    this.targets = targets;
    this.label = label;
    this.#send = send;
  }

  /** @returns a value for one engine, an array for several */
  call<T, A extends Arity>(
    { name, operation, value, pick, assembly }: OneCall,
    options: SendOptions = {},
  ): AsyncResult<T, A> {
    const what = operation === "call" ? "apply functions" : operation;
    const { ids, arity } = this.#recipients(options.targets, what);
    const payload = this.#payload(operation, value, ids);
    const plan = this.#plan(pick, options.track);
    const direct = { name, ids, arity: assembly ? ("many" as const) : arity, payload: () => payload, plan: () => plan };
    return this.#submit(direct, assembly);
  }

  /** @param ids of the engines, as {@link ids} gives them */
  callEach<T>(ids: readonly EngineId[], call: CallPerEngine): AsyncResult<T, "many"> {
    const { name, operation, value, size, assembly } = call;
    const plan = this.#plan(call.pick, call.track);
    const direct = {
      name,
      ids,
      arity: "many" as const,
      payload: (place: number) => this.#payload(operation, value(place), ids.slice(place, place + 1)),
      plan: (place: number) => (size ? { ...plan, size: size(place) } : plan),
    };
    return this.#submit(direct, assembly);
  }

  execute<A extends Arity>({ code, program, filename, silent = false, targets }: Code): AsyncResult<never, A> {
    if (typeof code !== "string")
      throw new TypeError(`Code is text, and ${inspect(code, { depth: 0 })} is none: functions are for \`apply\`.`);
    const { engines } = this.connection;
    const metadata = { lean: true, label: this.label, filename, ...(program && { program: asJson(program) }) };
    const payload = { content: { code, silent, user_expressions: {} }, metadata };
    const read: RequestPlan["read"] = ({ content }, request) =>
      new ExecuteReply(Number(content["execution_count"]), request, engines);
    const plan: RequestPlan = { method: "execute", read, code, label: this.label };
    const call = { name: "execute", payload: () => payload, plan: () => plan, ...this.#recipients(targets) };
    return this.#submit(call);
  }

  /** Message ids of what this view has sent that has no reply yet, oldest first. */
  get outstanding(): readonly MsgId[] {
    const own = new Set(this.history.ids);
    return this.connection.pending.outstanding.flatMap(({ msgId }) => (own.has(msgId) ? msgId : []));
  }

  /**
   * The engines that a call goes to.
   * @param what what they are to do with our canned values, if any
   */
  ids({ targets }: CallOptions = {}, what?: string): readonly EngineId[] {
    return this.#recipients(targets, what).ids;
  }

  #submit<T, A extends Arity>(call: DirectCall, assembly?: Assembly): AsyncResult<T, A> {
    const result = submitDirect<T, A>(this.connection, call, { send: this.#send, assembly });
    for (const id of result.msgIds) this.history.add(msgId(id));
    return result;
  }

  #recipients(targets?: Targets, what?: string): { readonly ids: readonly EngineId[]; readonly arity: Arity } {
    this.connection.requireOpen();
    const { engines } = this.connection;
    const fixed = targets === undefined ? this.targets : fixTargets(targets, engines);
    const ids = recipients(fixed, engines);
    if (what !== undefined) requireOurs(ids, engines, what);
    return { ids, arity: typeof fixed === "number" ? "one" : "many" };
  }

  #payload(operation: Operation, value: unknown, ids: readonly EngineId[]): Payload {
    const { session, engines, requests } = this.connection;
    const receivers = () => ids.flatMap((id) => engines.uuid(id) ?? []);
    const call = cannedCall(value, operation, { session, sources: requests.sources.sentTo(receivers) });
    return { ...call, metadata: { lean: true, label: this.label } };
  }

  #plan(pick: CannedOperation["pick"], isTracked = this.track): RequestPlan {
    const { engines, session } = this.connection;
    const read: RequestPlan["read"] = (reply, { engine }) => {
      const value = cannedValue(reply, session.signer);
      return pick ? pick(value, engine && engines.locate(engine)) : value;
    };
    return { method: "apply", read, label: this.label, isTracked };
  }
}

/** Written out, as interfaces are not JSON to the compiler. */
const asJson = (program: CellProgram) => ({ ...program, builtins: program.builtins.map((use) => ({ ...use })) });
