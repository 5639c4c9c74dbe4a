import { inspect } from "node:util";
import { keepConnected } from "./connection/keep-connected.ts";
import { abortJobs } from "./controls/abort-jobs.ts";
import { type ShutdownOptions, shutdownCluster } from "./controls/engine-controls.ts";
import { ViewExecutor } from "./executor/view-executor.ts";
import { balancedParallel } from "./functions/balanced-parallel.ts";
import type { ParallelFunction } from "./functions/parallel-function.ts";
import { type RemoteFunction, remoteFunction } from "./functions/remote-function.ts";
import { type GetResultOptions, getResult } from "./hub/get-result.ts";
import { inTime, type Purge, purgeRecords, queueStatus } from "./hub/hub-questions.ts";
import type { AsyncHubResult } from "./hub/hub-result.ts";
import type { Jobs } from "./hub/tasks.ts";
import { type BalancedImapOptions, balancedImap } from "./imap/balanced-imap.ts";
import type { ImapFunction } from "./imap/imap-function.ts";
import { type Awaitable, waitForJobs } from "./local/jobs.ts";
import { localResults, purgeLocal } from "./local/local-results.ts";
import { balancedMap, type MapOptions } from "./map/balanced-map.ts";
import type { ItemFunction, MapFunction } from "./map/map-function.ts";
import type { CallOptions, RemoteArguments } from "./options/call-options.ts";
import { requireKnown } from "./options/known-options.ts";
import { type TaskFlags, taskFlags } from "./options/task-flags.ts";
import type { Sequence } from "./partition/sequences.ts";
import type { QueueStatus } from "./queue-status.ts";
import type { AsyncMapResult, AsyncResult } from "./results/async-result.ts";
import type { WaitOptions } from "./results/wait-options.ts";
import type { TaskSender } from "./sending/task-sender.ts";
import { showTargets } from "./targets.ts";

/**
 * Runs each call on one engine, whichever the scheduler finds best. Calls return at once with an {@link AsyncResult};
 * awaiting it waits. A call throws `CanningError` when something cannot travel and `ConnectError` when the client is
 * closed; without any engine, tasks wait for one.
 */
export class LoadBalancedView {
  readonly #sender: TaskSender;
  #executor: ViewExecutor<LoadBalancedView> | undefined;

  /** @internal `rc.loadBalancedView()` makes these. */
  constructor(sender: TaskSender) {
    this.#sender = sender;
  }

  /** Engines that may run the tasks: an id, ids, or `"all"`. */
  get targets(): number | readonly number[] | "all" {
    return this.#sender.targets;
  }

  /**
   * The same view but for these flags; this one stays as it is. A flag that is given as `undefined` is taken back.
   * @throws {RangeError} naming a flag that makes no sense, or an engine that is not there; {TypeError}, that is unknown
   */
  withFlags(flags: TaskFlags): LoadBalancedView {
    requireKnown(flags, taskFlags);
    return new LoadBalancedView(this.#sender.with(flags));
  }

  /**
   * Calls a function on one engine. It travels with what it closes over; free names are looked up on the engine first.
   * @returns what it returns, or what its promise resolves to
   */
  apply<Args extends unknown[], R>(
    f: (...args: Args) => R,
    ...args: RemoteArguments<Args>
  ): AsyncResult<Awaited<R>, "one"> {
    return this.#sender.call({ fn: f, args });
  }

  /** A function that runs on an engine when it is called, under the flags of this view. */
  remote<Args extends unknown[], R>(f: (...args: Args) => R): RemoteFunction<Args, R, "one"> {
    return remoteFunction(this, f);
  }

  /** This view in the shape of Python's executors; a new one after the last was shut down. */
  get executor(): ViewExecutor<LoadBalancedView> {
    if (!this.#executor?.isOpen) this.#executor = new ViewExecutor(this);
    return this.#executor;
  }

  /**
   * A function that is called with whole sequences and runs on chunks of them, each of which is a task; see
   * {@link ParallelFunction}.
   */
  parallel<Args extends unknown[], R>(
    f: (...sequences: Args) => R,
    options: Omit<MapOptions, "returnErrors"> = {},
  ): ParallelFunction<Args, R> {
    return balancedParallel(this.#sender, f, options);
  }

  /**
   * Shares the elements among the engines: who is quick gets more. Once an element has failed, no further ones are sent.
   */
  readonly map: MapFunction<MapOptions> = (f: ItemFunction, ...rest: MapArguments): AsyncMapResult<never> =>
    balancedMap(this.#sender, f, rest);

  /**
   * Goes over endless sequences too, and over those whose elements come by and by; a slow loop slows the engines down. Each
   * element is a task.
   */
  readonly imap: ImapFunction<BalancedImapOptions> = (f: ItemFunction, ...rest: readonly unknown[]) =>
    balancedImap(this.#sender, f, rest);

  /** Message ids of what this view, and those made of it by `withFlags`, have sent, in order. */
  get history(): readonly string[] {
    return this.#sender.history.ids;
  }

  /** Those in {@link history} that have no reply yet, oldest first. */
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

  /** How many requests and tasks the view's engines have, as the hub counts them; `unassigned` ones no engine has got. */
  async queueStatus({ targets = this.targets, ...options }: CallOptions & WaitOptions = {}): Promise<QueueStatus> {
    return inTime(queueStatus(this.#sender.connection, targets), options);
  }

  /** Forgets results here and on the hub; unless told which, all that this view has sent. */
  async purgeResults(what: Purge = this.history, options: WaitOptions = {}): Promise<void> {
    purgeLocal(this.#sender.connection, what);
    await inTime(purgeRecords(this.#sender.connection, what), options);
  }

  /** Aborts jobs, queued or running; without any, all that this view has outstanding. They end in `TaskAborted`. */
  async abort(jobs?: Jobs, options: WaitOptions = {}): Promise<void> {
    await abortJobs(this.#sender.connection, jobs ?? this.outstanding, options);
  }

  /** Ends the view's engines, or starts them again; with `hub`, the controller too. See {@link Client.shutdown}. */
  async shutdown(options: ShutdownOptions = {}): Promise<void> {
    await shutdownCluster(this.#sender.connection, options, this.targets);
  }

  [inspect.custom](): string {
    return `<LoadBalancedView ${showTargets(this.#sender.targets)}>`;
  }
}

keepConnected(LoadBalancedView);

type MapArguments = readonly (Sequence<unknown> | MapOptions | undefined)[];
