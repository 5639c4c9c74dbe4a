import { inspect } from "node:util";
import type { CellProgram } from "../protocol/cell-program.ts";
import { currentHost } from "../protocol/host.ts";
import type { EngineId } from "../protocol/ids.ts";
import type { ArityOf, CallOptions, DirectFlags, ExecuteOptions, OwnTargets, RemoteArguments } from "./call-options.ts";
import type { ConnectionService, Payload } from "./connection-service.ts";
import { chunkAssembly, mapChunk } from "./map/map-chunk.ts";
import { type ItemFunction, type MapFunction, splitArguments } from "./map/map-function.ts";
import { blockBounds, columnsOf, joinParts, part, rows, type Sequence, toColumn } from "./map/sequences.ts";
import { cannedCall, cannedValue, type Operation } from "./requests/canned-call.ts";
import { ExecuteReply } from "./requests/execute-reply.ts";
import type { RequestPlan } from "./requests/request.ts";
import { type Assembly, type DirectCall, submitDirect } from "./requests/submit-direct.ts";
import type { AsyncMapResult, AsyncResult } from "./results/async-result.ts";
import type { Arity, PerEngine } from "./results/result-plan.ts";
import { type FixedTargets, fixTargets, recipients, requireOurs, showTargets, type Targets } from "./targets.ts";
import { variablesOf } from "./variables.ts";

/**
 * Runs functions and code on certain engines, each call on all of them at once, and moves variables to and from them.
 *
 * A view of one engine (`rc.view(0)`, `A` is `"one"`) gives values; of several (`"many"`), arrays in the order of its
 * targets. Every method sends at once and returns an `AsyncResult`; awaiting it waits. A call throws
 * `NoEnginesRegistered` when there is no engine, `EngineError` when one of the view's engines is gone, `CanningError`
 * when something cannot travel, and `ConnectError` when the client is closed.
 */
export class DirectView<A extends Arity = "many"> {
  /** Whether the magics wait for results of this view. Its methods never do: `await` them. */
  block: boolean;
  /** Variables of the engines: `await view.vars.a` pulls, `view.vars.a = 5` pushes at once. */
  readonly vars: Record<string, unknown>;
  readonly #connection: ConnectionService;
  readonly #label: string | undefined;
  #targets: FixedTargets;

  /** `rc.view(...)` makes these. */
  constructor(connection: ConnectionService, targets: FixedTargets, flags: Omit<DirectFlags, "targets"> = {}) {
    this.#connection = connection;
    this.#targets = targets;
    this.#label = flags.label;
    this.block = flags.block ?? false;
    this.vars = variablesOf(this);
  }

  /** The engines: an id, ids, or `"all"`. What is assigned is resolved at once, but for `"all"`. */
  get targets(): number | readonly number[] | "all" {
    return this.#targets;
  }

  set targets(targets: Targets) {
    this.#targets = fixTargets(targets, this.#connection.engines);
  }

  /** The same view but for these flags; this one stays as it is. */
  withFlags<const Flags extends DirectFlags>(flags: Flags): DirectView<ArityOf<A, Flags>> {
    const { targets, block = this.block, label = this.#label } = flags;
    const fixed = targets === undefined ? this.#targets : fixTargets(targets, this.#connection.engines);
    return new DirectView(this.#connection, fixed, label === undefined ? { block } : { block, label });
  }

  /**
   * Calls a function on each engine. It travels with what it closes over; free names are looked up on the engine first.
   * @returns what it returns, or what its promise resolves to
   */
  apply<Args extends unknown[], R>(
    f: (...args: Args) => R,
    ...args: RemoteArguments<Args>
  ): AsyncResult<PerEngine<A, Awaited<R>>, A> {
    return this.#call("apply", "call", { fn: f, args });
  }

  /** Runs code as a cell of each engine; its output and the value of its last expression come back. */
  execute<const Options extends ExecuteOptions = OwnTargets>(
    code: string,
    options?: Options,
  ): AsyncResult<PerEngine<ArityOf<A, Options>, ExecuteReply>, ArityOf<A, Options>> {
    const { program, silent = false, targets }: ExecuteOptions = options ?? {};
    const { engines } = this.#connection;
    const metadata = { lean: true, label: this.#label, ...(program && { program: asJson(program) }) };
    const payload = { content: { code, silent, user_expressions: {} }, metadata };
    const read: RequestPlan["read"] = ({ content }, request) =>
      new ExecuteReply(Number(content["execution_count"]), request, engines);
    const plan: RequestPlan = { method: "execute", read, code, label: this.#label };
    const call = { name: "execute", payload: () => payload, plan: () => plan, ...this.#recipients(targets) };
    return submitDirect(this.#connection, call);
  }

  /** Sets variables on each engine. What is pushed is canned once for all; typed arrays travel without a copy. */
  push<const Options extends CallOptions = OwnTargets>(
    values: Readonly<Record<string, unknown>>,
    options?: Options,
  ): AsyncResult<PerEngine<ArityOf<A, Options>, undefined>, ArityOf<A, Options>> {
    return this.#call("push", "push", values, options?.targets);
  }

  /**
   * Gets a variable of each engine, or several of them as an array. Where an engine has no such variable the result is a
   * `RemoteError` with `ename` `ReferenceError`.
   */
  pull<T = unknown, const Options extends CallOptions = OwnTargets>(
    name: string,
    options?: Options,
  ): AsyncResult<PerEngine<ArityOf<A, Options>, T>, ArityOf<A, Options>>;
  pull<T extends unknown[] = unknown[], const Options extends CallOptions = OwnTargets>(
    names: readonly string[],
    options?: Options,
  ): AsyncResult<PerEngine<ArityOf<A, Options>, T>, ArityOf<A, Options>>;
  pull(names: string | readonly string[], options: CallOptions = {}): AsyncResult<unknown> {
    const isOne = typeof names === "string";
    const pick = (values: unknown): unknown => (isOne && Array.isArray(values) ? values[0] : values);
    return this.#call("pull", "pull", isOne ? [names] : names, options.targets, pick);
  }

  /**
   * Gives each engine one stretch of the sequences, all of about the same length; no engine gets more when it is quick
   * (that is what `rc.loadBalancedView()` does).
   */
  readonly map: MapFunction<CallOptions> = (f: ItemFunction, ...rest: MapArguments): AsyncMapResult<never> => {
    const { sequences, options } = splitArguments<CallOptions>(rest);
    const columns = columnsOf(sequences);
    const length = columns[0]?.length ?? 0;
    const { ids } = this.#recipients(options.targets, "map");
    const used = ids.slice(0, length);
    const bounds = blockBounds(length, used.length);
    const stretch = (place: number): [number, number] => [bounds[place] ?? 0, bounds[place + 1] ?? length];
    return this.#each("map", used, {
      value: (place) => ({ fn: mapChunk, args: [f, rows(columns, ...stretch(place))] }),
      operation: "call",
      size: (place) => stretch(place)[1] - stretch(place)[0],
      assembly: chunkAssembly(length),
    });
  };

  /** Gives each engine one stretch of a sequence as a variable; typed arrays stay typed. `gather` puts them together. */
  scatter(name: string, sequence: Sequence<unknown>, options: CallOptions = {}): AsyncResult<undefined[], "many"> {
    const column = toColumn(sequence);
    const { ids } = this.#recipients(options.targets, "push");
    const bounds = blockBounds(column.length, ids.length);
    return this.#each("scatter", ids, {
      value: (place) => ({ [name]: part(column, bounds[place] ?? 0, bounds[place + 1] ?? column.length) }),
      operation: "push",
    });
  }

  /** The stretches of a scattered sequence, put together: typed arrays of one kind into one, all else into an array. */
  gather<T = unknown[]>(name: string, options: CallOptions = {}): AsyncResult<T, "many"> {
    const { ids } = this.#recipients(options.targets, "pull");
    const join = (values: readonly unknown[]) => joinParts(values.flat(1));
    return this.#each("gather", ids, { value: () => [name], operation: "pull", assembly: { join } });
  }

  /** Language of each of the view's engines, as they are now; `undefined` where the hub does not tell. */
  get languages(): readonly (string | undefined)[] {
    return this.#recipients().ids.map((id) => this.#connection.engines.language(id));
  }

  /**
   * Makes the magics of a notebook run on this view; with a suffix, brings a further set of them (`%px_even`, …).
   * Elsewhere it does nothing.
   */
  activate(suffix = ""): this {
    currentHost()?.viewActivated?.(this, suffix);
    return this;
  }

  [inspect.custom](): string {
    return `<DirectView ${showTargets(this.#targets)}>`;
  }

  /** The same call for every engine. */
  #call<T, Of extends Arity>(
    name: string,
    operation: Operation,
    value: unknown,
    targets?: Targets,
    pick: (value: unknown) => unknown = (all) => all,
  ): AsyncResult<T, Of> {
    const { session } = this.#connection;
    const { ids, arity } = this.#recipients(targets, name);
    const payload = this.#payload(operation, value);
    const read: RequestPlan["read"] = (reply) => pick(cannedValue(reply, session.signer));
    const plan: RequestPlan = { method: "apply", read, label: this.#label };
    return submitDirect(this.#connection, { name, ids, arity, payload: () => payload, plan: () => plan });
  }

  /** A call of its own for each engine. */
  #each<T>(name: string, ids: readonly EngineId[], calls: EngineCalls): AsyncResult<T, "many"> {
    const { session } = this.#connection;
    const read: RequestPlan["read"] = (reply) => cannedValue(reply, session.signer);
    const call: DirectCall = {
      name,
      ids,
      arity: "many",
      payload: (place) => this.#payload(calls.operation, calls.value(place)),
      plan: (place) => ({ method: "apply", read, label: this.#label, size: calls.size?.(place) ?? 1 }),
    };
    return submitDirect(this.#connection, call, calls.assembly);
  }

  #payload(operation: Operation, value: unknown): Payload {
    const call = cannedCall(value, operation, this.#connection.session);
    return { ...call, metadata: { lean: true, label: this.#label } };
  }

  /** @param what what they are to do with our canned values, if any */
  #recipients(targets?: Targets, what?: string): { readonly ids: readonly EngineId[]; readonly arity: Arity } {
    this.#connection.requireOpen();
    const { engines } = this.#connection;
    const fixed = targets === undefined ? this.#targets : fixTargets(targets, engines);
    const ids = recipients(fixed, engines);
    if (what !== undefined) requireOurs(ids, engines, what);
    return { ids, arity: typeof fixed === "number" ? "one" : "many" };
  }
}

/** Written out, as interfaces are not JSON to the compiler. */
const asJson = (program: CellProgram) => ({ ...program, builtins: program.builtins.map((use) => ({ ...use })) });

type MapArguments = readonly (Sequence<unknown> | CallOptions | undefined)[];

/** A call that differs from engine to engine, by the engine's place among the targets. */
interface EngineCalls {
  readonly operation: Operation;
  readonly value: (place: number) => unknown;
  /** Items that it computes. */
  readonly size?: (place: number) => number;
  readonly assembly?: Assembly;
}
