import { inspect } from "node:util";
import { currentHost } from "../protocol/host.ts";
import { keepConnected } from "./connection/keep-connected.ts";
import type { ConnectionService } from "./connection-service.ts";
import { abortJobs } from "./controls/abort-jobs.ts";
import { clearEngines, type ShutdownOptions, shutdownCluster } from "./controls/engine-controls.ts";
import { ViewExecutor } from "./executor/view-executor.ts";
import { directParallel } from "./functions/direct-parallel.ts";
import { type ImportOptions, type ImportSource, importModules } from "./functions/import-modules.ts";
import type { ParallelFunction } from "./functions/parallel-function.ts";
import { type RemoteFunction, remoteFunction } from "./functions/remote-function.ts";
import { type GetResultOptions, getResult } from "./hub/get-result.ts";
import { inTime, type Purge, purgeRecords, queueStatus } from "./hub/hub-questions.ts";
import type { ResultStatus } from "./hub/hub-records.ts";
import type { AsyncHubResult } from "./hub/hub-result.ts";
import { resultStatus } from "./hub/result-status.ts";
import type { Jobs } from "./hub/tasks.ts";
import { type DirectImapOptions, directImap } from "./imap/direct-imap.ts";
import type { ImapFunction } from "./imap/imap-function.ts";
import { type Awaitable, waitForJobs } from "./local/jobs.ts";
import { localResults, purgeLocal } from "./local/local-results.ts";
import { type DirectMapOptions, directMap } from "./map/direct-map.ts";
import type { ItemFunction, MapFunction } from "./map/map-function.ts";
import { type ReduceOptions, reduceParts } from "./map/reduce.ts";
import {
  type ArityOf,
  type CallOptions,
  type DirectFlags,
  directFlags,
  type ExecuteOptions,
  type OwnTargets,
  type RemoteArguments,
  type SendOptions,
} from "./options/call-options.ts";
import { requireKnown } from "./options/known-options.ts";
import { type GatherOptions, gather, type ScatterOptions, scatter } from "./partition/scatter.ts";
import type { Sequence } from "./partition/sequences.ts";
import type { QueueStatus } from "./queue-status.ts";
import type { ExecuteReply } from "./requests/execute-reply.ts";
import type { AsyncMapResult, AsyncResult } from "./results/async-result.ts";
import type { Arity, PerEngine } from "./results/result-plan.ts";
import type { WaitOptions } from "./results/wait-options.ts";
import { DirectSender } from "./sending/direct-sender.ts";
import { readProgram } from "./sending/read-program.ts";
import { type FixedTargets, fixTargets, showTargets, type Targets } from "./targets.ts";
import { type PullFunction, pullVariables, variablesOf } from "./variables.ts";

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
  readonly #sender: DirectSender;
  #executor: ViewExecutor<DirectView<A>> | undefined;

  /** @internal `rc.view(...)` makes these. */
  constructor(connection: ConnectionService, targets: FixedTargets, flags: Omit<DirectFlags, "targets"> = {}) {
    this.#sender = new DirectSender(connection, targets, { label: flags.label });
    this.block = flags.block ?? false;
    this.track = flags.track ?? false;
    this.vars = variablesOf(this);
  }

  /** The engines: an id, ids, or `"all"`. What is assigned is resolved at once, but for `"all"`. */
  get targets(): number | readonly number[] | "all" {
    return this.#sender.targets;
  }

  set targets(targets: Targets) {
    this.#sender.targets = fixTargets(targets, this.#sender.connection.engines);
  }

  /** Whether `sent` of results turns true by itself; see {@link DirectFlags.track}. */
  get track(): boolean {
    return this.#sender.track;
  }

  set track(track: boolean) {
    this.#sender.track = track;
  }

  /** The same view but for these flags; this one stays as it is. A label that is given as `undefined` is taken back. */
  withFlags<const Flags extends DirectFlags>(flags: Flags): DirectView<ArityOf<A, Flags>> {
    requireKnown<DirectFlags>(flags, directFlags);
    const { connection } = this.#sender;
    const { targets, block = this.block, track = this.track } = flags;
    const fixed = targets === undefined ? this.#sender.targets : fixTargets(targets, connection.engines);
    const label = "label" in flags ? flags.label : this.#sender.label;
    return new DirectView(connection, fixed, { block, track, label });
  }

  /**
   * Calls a function on each engine. It travels with what it closes over; free names are looked up on the engine first.
   * @returns what it returns, or what its promise resolves to
   */
  apply<Args extends unknown[], R>(
    f: (...args: Args) => R,
    ...args: RemoteArguments<Args>
  ): AsyncResult<PerEngine<A, Awaited<R>>, A> {
    return this.#sender.call({ name: "apply", operation: "call", value: { fn: f, args } });
  }

  /** A function that runs on the engines when it is called, on those that are the view's by then. */
  remote<Args extends unknown[], R>(f: (...args: Args) => R): RemoteFunction<Args, R, A> {
    return remoteFunction(this, f);
  }

  /** This view in the shape of Python's executors; a new one after the last was shut down. */
  get executor(): ViewExecutor<DirectView<A>> {
    if (!this.#executor?.isOpen) this.#executor = new ViewExecutor(this);
    return this.#executor;
  }

  /** A function that is called with whole sequences and gives each engine its part of them; see {@link ParallelFunction}. */
  parallel<Args extends unknown[], R>(
    f: (...sequences: Args) => R,
    options: Omit<DirectMapOptions, "returnErrors"> = {},
  ): ParallelFunction<Args, R> {
    return directParallel(this.#sender, f, options);
  }

  /** Runs code as a cell of each engine; its output and the value of its last expression come back. */
  execute<const Options extends ExecuteOptions = OwnTargets>(
    code: string,
    options?: Options,
  ): AsyncResult<PerEngine<ArityOf<A, Options>, ExecuteReply>, ArityOf<A, Options>> {
    return this.#sender.execute({ code, ...options });
  }

  /**
   * Runs a file of this machine as a cell of each engine: TypeScript or JavaScript, or what language the engines run. It
   * is read now. Stack traces show its name; what it imports by relative names lies where the engines run.
   */
  run<const Options extends CallOptions = OwnTargets>(
    file: string | URL,
    options?: Options,
  ): AsyncResult<PerEngine<ArityOf<A, Options>, ExecuteReply>, ArityOf<A, Options>> {
    return this.#sender.execute({ ...readProgram(file), ...options });
  }

  /** Sets variables on each engine. What is pushed is canned once for all; typed arrays travel without a copy. */
  push<const Options extends SendOptions = OwnTargets>(
    values: Readonly<Record<string, unknown>>,
    options?: Options,
  ): AsyncResult<PerEngine<ArityOf<A, Options>, undefined>, ArityOf<A, Options>> {
    return this.#sender.call({ name: "push", operation: "push", value: values }, options);
  }

  /** Gets a variable of each engine, or several of them as an array; see {@link PullFunction}. */
  readonly pull: PullFunction<A> = (names: string | readonly string[], options?: CallOptions) =>
    pullVariables(this.#sender, names, options);

  /** {@link push}, by the name that dictionaries have for it in Python. */
  readonly update: DirectView<A>["push"] = (values, options) => this.push(values, options);

  /** {@link pull}, by the name that dictionaries have for it in Python. */
  readonly get: PullFunction<A> = this.pull;

  /** Gives each engine its part of a sequence as a variable; typed arrays stay typed. `gather` puts them together. */
  scatter(name: string, sequence: Sequence<unknown>, options: ScatterOptions = {}): AsyncResult<undefined[], "many"> {
    return scatter(this.#sender, { name, sequence }, options);
  }

  /** The parts of a scattered sequence, put together: typed arrays of one kind into one, all else into an array. */
  gather<T = unknown[]>(name: string, options: GatherOptions = {}): AsyncResult<T, "many"> {
    return gather(this.#sender, name, options);
  }

  /**
   * Gives each engine its part of the sequences, all of about the same length; no engine gets more when it is quick
   * (that is what `rc.loadBalancedView()` does).
   */
  readonly map: MapFunction<DirectMapOptions> = (f: ItemFunction, ...rest: MapArguments): AsyncMapResult<never> =>
    directMap(this.#sender, f, rest);

  /**
   * Goes over endless sequences too, and over those whose elements come by and by; a slow loop slows the engines down. The
   * engines take turns, an element each.
   */
  readonly imap: ImapFunction<DirectImapOptions> = (f: ItemFunction, ...rest: readonly unknown[]) =>
    directImap(this.#sender, f, rest);

  /**
   * Combines all elements: each engine its block of them, from left to right, and then this process what the engines
   * found, so the function runs here too. It must not matter how the elements are grouped, as with `a + b`.
   * @throws {TypeError} when the sequence is empty and no initial value is given
   */
  reduce<T>(
    f: (left: T, right: T) => T,
    sequence: Sequence<T>,
    options: ReduceOptions<T> = {},
  ): AsyncResult<T, "many"> {
    return reduceParts(this.#sender, f, { sequence, ...options });
  }

  /**
   * Imports modules here and on the engines, as variables there, and in a notebook as variables here; says so unless
   * told to be quiet.
   *
   *     const { os, chunk } = await view.imports({ os: "node:os", chunk: ["lodash", "chunk"] });
   *
   * @returns what was imported here
   * @throws {CompositeError | RemoteError} when engines lack one of them
   */
  async imports<Modules extends object = Readonly<Record<string, unknown>>>(
    modules: { readonly [Name in keyof Modules]: ImportSource },
    options: ImportOptions = {},
  ): Promise<Modules> {
    return (await importModules(this.#sender, modules, options)) as Modules;
  }

  /** Message ids of what this view has sent, in order. */
  get history(): readonly string[] {
    return this.#sender.history.ids;
  }

  /** Message ids of what this view has sent that has no reply yet, oldest first. */
  get outstanding(): readonly string[] {
    return this.#sender.outstanding;
  }

  /** The client's results; see {@link Client.results}. */
  get results(): ReadonlyMap<string, unknown> {
    return localResults(this.#sender.connection);
  }

  /**
   * Waits for jobs to end, whether they fail or not: results, message ids, places in the client's history, any promises.
   * @param jobs without it, all that this view has outstanding
   * @returns whether all have ended: false when the time is up
   */
  async wait(jobs?: Awaitable | readonly Awaitable[], options: WaitOptions = {}): Promise<boolean> {
    return waitForJobs(this.#sender.connection, jobs ?? this.outstanding, options);
  }

  /**
   * The result of requests that were sent before, by any view or client: of one a value, of several an array; without
   * jobs, of what this view sent last.
   */
  getResult<T = unknown>(job?: string | number, options?: GetResultOptions): AsyncHubResult<T, "one">;
  getResult<T = unknown>(jobs: Jobs, options?: GetResultOptions): AsyncHubResult<T[], "many">;
  getResult(jobs: Jobs = this.#sender.history.at(-1), options: GetResultOptions = {}): AsyncHubResult<unknown> {
    return getResult(this.#sender.connection, jobs, options);
  }

  /** Which of these jobs are pending and which have ended; without any, of all that this view has sent. */
  async resultStatus(jobs: Jobs = this.history, options: WaitOptions = {}): Promise<ResultStatus> {
    return inTime(resultStatus(this.#sender.connection, jobs), options);
  }

  /** How many requests and tasks the view's engines have, as the hub counts them. */
  async queueStatus({ targets = this.targets, ...options }: CallOptions & WaitOptions = {}): Promise<QueueStatus> {
    return inTime(queueStatus(this.#sender.connection, targets), options);
  }

  /** Forgets results here and on the hub; unless told which, all of the view's engines. */
  async purgeResults(what: Purge = { targets: this.targets }, options: WaitOptions = {}): Promise<void> {
    purgeLocal(this.#sender.connection, what);
    await inTime(purgeRecords(this.#sender.connection, what), options);
  }

  /** Aborts jobs, queued or running; without any, all that this view has outstanding. They end in `TaskAborted`. */
  async abort(jobs?: Jobs, options: WaitOptions = {}): Promise<void> {
    await abortJobs(this.#sender.connection, jobs ?? this.outstanding, options);
  }

  /** Removes all variables of users from the engines. */
  async clear({ targets = this.targets, ...options }: CallOptions & WaitOptions = {}): Promise<void> {
    await clearEngines(this.#sender.connection, { targets, ...options });
  }

  /** Ends the view's engines, or starts them again; with `hub`, the controller too. See {@link Client.shutdown}. */
  async shutdown(options: ShutdownOptions = {}): Promise<void> {
    await shutdownCluster(this.#sender.connection, options, this.targets);
  }

  /** Language of each of the view's engines, as they are now; `undefined` where the hub does not tell. */
  get languages(): readonly (string | undefined)[] {
    return this.#sender.ids().map((id) => this.#sender.connection.engines.language(id));
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
    return `<DirectView ${showTargets(this.#sender.targets)}>`;
  }
}

keepConnected(DirectView);

type MapArguments = readonly (Sequence<unknown> | DirectMapOptions | undefined)[];
