import { inspect } from "node:util";
import { currentHost } from "../protocol/host.ts";
import type { Session } from "../protocol/session.ts";
import { type BroadcastFlags, BroadcastView } from "./broadcast-view.ts";
import type { ClientChannels } from "./client-channels.ts";
import { keepConnected } from "./connection/keep-connected.ts";
import { type ConnectOptions, openConnection } from "./connection/open-connection.ts";
import type { Patience } from "./connection/reconnection.ts";
import { ConnectionService } from "./connection-service.ts";
import { type AbortOptions, abortJobs } from "./controls/abort-jobs.ts";
import { becomeDask, type DaskOptions, stopDask } from "./controls/dask.ts";
import * as controls from "./controls/engine-controls.ts";
import { waitForEngines } from "./controls/wait-for-engines.ts";
import { DirectView } from "./direct-view.ts";
import type { EngineDirectory } from "./engine-directory.ts";
import { ViewExecutor } from "./executor/view-executor.ts";
import { arityOf, type GetResultOptions, getResult } from "./hub/get-result.ts";
import { inTime, load, type Purge, purgeRecords, queueContents, queueStatus } from "./hub/hub-questions.ts";
import type { ResultStatus } from "./hub/hub-records.ts";
import { type AsyncHubResult, hubResult } from "./hub/hub-result.ts";
import { resultStatus, type StatusWithResults, statusWithResults } from "./hub/result-status.ts";
import type { TaskQuery } from "./hub/task-query.ts";
import type { BufferKey, TaskKey, TaskRow } from "./hub/task-row.ts";
import { type Jobs, jobIds, resubmitEnded } from "./hub/tasks.ts";
import { LoadBalancedView } from "./load-balanced-view.ts";
import { type Awaitable, waitForJobs, watchJobs } from "./local/jobs.ts";
import { localMetadata, localResults, purgeLocal } from "./local/local-results.ts";
import type { RemoteArguments } from "./options/call-options.ts";
import type { InteractiveOptions } from "./output/progress-display.ts";
import type { QueueStatus } from "./queue-status.ts";
import type { ExecuteReply } from "./requests/execute-reply.ts";
import type { TaskMetadata } from "./requests/task-metadata.ts";
import type { AsyncResult } from "./results/async-result.ts";
import type { Arity } from "./results/result-plan.ts";
import type { WaitOptions } from "./results/wait-options.ts";
import * as lowLevel from "./sending/low-level-requests.ts";
import { TaskSender } from "./sending/task-sender.ts";
import { fixTargets, type Targets } from "./targets.ts";

/**
 * A connection to one cluster: the list of its engines, and views to work with them.
 *
 *     await using rc = await Client.connect();
 *     const squares = await rc.loadBalancedView().map((x) => x * x, [1, 2, 3]);
 */
export class Client implements AsyncDisposable {
  readonly #connection: ConnectionService;

  private constructor(connection: ConnectionService) {
    if (!(connection instanceof ConnectionService))
      throw new TypeError("A Client connects first: write `await Client.connect()`.");
    this.#connection = connection;
  }

  /**
   * Connects to a controller; resolves when it has answered. In a notebook the first client brings the magics.
   * @param options without any, the default profile's cluster; `timeoutMs` is 10,000 unless given
   * @throws {ConnectError} when there is no connection file, or nobody answers in time
   * @throws {InvalidConnection} when the connection file is damaged
   */
  static async connect(options: ConnectOptions = {}): Promise<Client> {
    const client = new Client(await openConnection(options));
    currentHost()?.clientConnected?.(client);
    return client;
  }

  /**
   * A client over channels that are open already, for tests.
   * @internal
   */
  static async over(channels: ClientChannels, session: Session, patience?: Patience): Promise<Client> {
    const connection = new ConnectionService(channels, session, patience);
    await connection.open();
    return new Client(connection);
  }

  /** Ids of the engines that there are now, in ascending order. */
  get ids(): readonly number[] {
    return this.#connection.engines.ids;
  }

  /** Whether requests can be sent: not after it was closed or the controller has shut down. */
  get isOpen(): boolean {
    return this.#connection.isOpen;
  }

  /** Message ids of everything sent, in order; `getResult` takes places in it as well. */
  get history(): readonly string[] {
    return this.#connection.local.history.ids;
  }

  /** Message ids of everything sent that has no reply yet, oldest first. */
  get outstanding(): readonly string[] {
    return this.#connection.pending.outstanding.map(({ msgId }) => msgId);
  }

  /**
   * Values of this client's requests that have ended and that nobody has asked for, by message id: a snapshot. Failed ones
   * are `RemoteError`s. What was awaited, got or iterated over is dropped from here, and of the rest the latest 1,000 stay.
   */
  get results(): ReadonlyMap<string, unknown> {
    return localResults(this.#connection);
  }

  /** What is known of this client's requests that are outstanding or in {@link results}, by message id: a snapshot. */
  get metadata(): ReadonlyMap<string, TaskMetadata> {
    return localMetadata(this.#connection);
  }

  /** Id of this client's session: the `clientUuid` of its records, and the first part of its message ids. */
  get sessionId(): string {
    return this.#connection.session.id;
  }

  /** Uuids of the engines that there are now, by id: the `engineUuid` of records. */
  get engineUuids(): ReadonlyMap<number, string> {
    return this.#connection.engines.uuids;
  }

  /**
   * A view of one engine (its results are values) or of several (arrays); without targets, of all that there are now.
   * @throws {NoEnginesRegistered} when there are none, unless for `"all"`
   * @throws {RangeError} when one of them is not there
   */
  view(target: number): DirectView<"one">;
  view(targets?: Exclude<Targets, number>): DirectView<"many">;
  view(targets?: Targets): DirectView<Arity> {
    return new DirectView(this.#connection, fixTargets(targets, this.#engines));
  }

  /** A view as {@link view} makes it, unless told otherwise of `"all"` engines, whichever there are at each call. */
  directView(target: number): DirectView<"one">;
  directView(targets?: Exclude<Targets, number>): DirectView<"many">;
  directView(targets: Targets = "all"): DirectView<Arity> {
    return new DirectView(this.#connection, fixTargets(targets, this.#engines));
  }

  /** A view that does the same on all its engines by one message; without targets on all, whichever there are at each call. */
  broadcastView(target: number, flags?: Omit<BroadcastFlags, "targets">): BroadcastView<"one">;
  broadcastView(targets?: Exclude<Targets, number>, flags?: Omit<BroadcastFlags, "targets">): BroadcastView<"many">;
  broadcastView(targets: Targets = "all", flags: Omit<BroadcastFlags, "targets"> = {}): BroadcastView<Arity> {
    return new BroadcastView(this.#connection, fixTargets(targets, this.#engines), flags);
  }

  /** A view that runs each call on an engine of the scheduler's choice, among `targets`. */
  loadBalancedView(targets: Targets = "all"): LoadBalancedView {
    return new LoadBalancedView(new TaskSender(this.#connection, fixTargets(targets, this.#engines)));
  }

  /** Promises for functions that run on whichever of these engines is free; see {@link ViewExecutor}. */
  executor(targets: Targets = "all"): ViewExecutor<LoadBalancedView> {
    return new ViewExecutor(this.loadBalancedView(targets));
  }

  /** A blocking view of these engines on which the magics of the notebook run from now on; see {@link DirectView.activate}. */
  activate(targets: Targets = "all", suffix = ""): DirectView<Arity> {
    const fixed = fixTargets(targets, this.#engines);
    return new DirectView(this.#connection, fixed, { block: true }).activate(suffix);
  }

  /**
   * Resolves when there are at least `n` engines.
   * @param options without `timeoutMs` the wait has no end
   * @throws {TimeoutError} when there are fewer after `timeoutMs`
   */
  async waitForEngines(n: number, options: WaitOptions = {}): Promise<void> {
    await waitForEngines(this.#connection, n, options);
  }

  /** Ids of all requests on record with the hub, of all clients, oldest first: each can be asked for by `getResult`. */
  async hubHistory(options: WaitOptions = {}): Promise<readonly string[]> {
    return inTime(this.#connection.records.history(), options);
  }

  /**
   * Records of requests, of all clients, in the order of their submission.
   *
   *     await rc.dbQuery({ completed: { $ne: null }, label: "careful" }, ["started", "completed"]);
   *
   * `keys` are what to get of each, beside `msgId`; without them all but `buffers` and `resultBuffers`.
   * @throws {TypeError} for a key that records do not have
   */
  async dbQuery(query: TaskQuery): Promise<Omit<TaskRow, BufferKey>[]>;
  async dbQuery<Key extends TaskKey>(
    query: TaskQuery,
    keys: Key | readonly Key[],
    options?: WaitOptions,
  ): Promise<Pick<TaskRow, Key | "msgId">[]>;
  async dbQuery(query: TaskQuery, keys?: TaskKey | readonly TaskKey[], options: WaitOptions = {}): Promise<unknown> {
    return inTime(this.#connection.records.query(query, keys === undefined ? undefined : [keys].flat()), options);
  }

  /**
   * Which requests are pending and which have ended, of all clients; with `statusOnly: false`, what these resulted in too.
   * @throws {RemoteError} (`KeyError`) when the hub has no record of one
   */
  async resultStatus(jobs: Jobs, options?: WaitOptions & { readonly statusOnly?: true }): Promise<ResultStatus>;
  async resultStatus(jobs: Jobs, options: WaitOptions & { readonly statusOnly: false }): Promise<StatusWithResults>;
  async resultStatus(
    jobs: Jobs,
    { statusOnly = true, ...options }: WaitOptions & { readonly statusOnly?: boolean } = {},
  ): Promise<ResultStatus> {
    return inTime((statusOnly ? resultStatus : statusWithResults)(this.#connection, jobs), options);
  }

  /**
   * The result of requests that were sent before, by this client or another one: of one a value, of several an array.
   * What this client still has (see {@link results}) is taken from there, for the rest the hub is asked.
   * Jobs are message ids, places in the history (-1, what was sent last, unless given), results, or several of these.
   * @param options `signal` ends the asking
   */
  getResult<T = unknown>(job?: string | number, options?: GetResultOptions): AsyncHubResult<T, "one">;
  getResult<T = unknown>(jobs: Jobs, options?: GetResultOptions): AsyncHubResult<T[], "many">;
  getResult(jobs: Jobs = -1, options: GetResultOptions = {}): AsyncHubResult<unknown> {
    return getResult(this.#connection, jobs, options);
  }

  /**
   * Sends tasks that have ended once more, as they were, to any engine; targets and retries are not on record.
   * @returns the new result: its `msgIds` are there when the hub has answered; it fails when a task is unknown or pending
   */
  resubmit<T = unknown>(job?: string | number): AsyncHubResult<T, "one">;
  resubmit<T = unknown>(jobs: Jobs): AsyncHubResult<T[], "many">;
  resubmit(jobs: Jobs = -1): AsyncHubResult<unknown> {
    const ids = resubmitEnded(this.#connection, jobIds(jobs, this.#connection));
    return hubResult(this.#connection, ids, { name: "resubmit", arity: arityOf(jobs) });
  }

  /**
   * Has the hub forget results: those of tasks, of engines, or `"all"`. What is pending stays on record.
   * @throws {RemoteError} (`IndexError`) when one of the tasks is pending
   */
  async purgeHubResults(what: Purge, options: WaitOptions = {}): Promise<void> {
    await inTime(purgeRecords(this.#connection, what), options);
  }

  /**
   * Forgets here what {@link results} and {@link metadata} have of tasks, of engines, or of `"all"`. The hub may still have it.
   * @throws {RangeError} when one of them has not ended; then nothing is forgotten
   */
  purgeLocalResults(what: Purge): void {
    purgeLocal(this.#connection, what);
  }

  /**
   * Forgets results here, and has the hub forget them.
   * @throws {RangeError} when one of this client's has not ended; then nothing is forgotten
   */
  async purgeResults(what: Purge, options: WaitOptions = {}): Promise<void> {
    purgeLocal(this.#connection, what);
    await this.purgeHubResults(what, options);
  }

  /** Forgets all results here and, of all clients, on the hub; the history of this client too. */
  async purgeEverything(options: WaitOptions = {}): Promise<void> {
    await this.purgeResults("all", options);
    this.#connection.local.history.clear();
  }

  /**
   * Waits for the end of results, requests (by id or place in the history) and any promises, whether they fail or not.
   * @param jobs without it, all that this client has outstanding
   * @returns whether all have ended: false when the time is up
   * @throws the signal's reason
   */
  async wait(jobs?: Awaitable | readonly Awaitable[], options: WaitOptions = {}): Promise<boolean> {
    return waitForJobs(this.#connection, jobs, options);
  }

  /** Waits as {@link wait} does, and shows meanwhile how many have ended: on the terminal, or below the running cell. */
  async waitInteractive(jobs?: Awaitable | readonly Awaitable[], options: InteractiveOptions = {}): Promise<boolean> {
    return watchJobs(this.#connection, jobs, options);
  }

  /** How many requests and tasks wait for or run on each engine, by id. */
  async load(targets: Targets = "all", options: WaitOptions = {}): Promise<Readonly<Record<number, number>>> {
    return inTime(load(this.#connection, targets), options);
  }

  /** What engines have to do, as the hub counts it; with `verbose: true`, the message ids. */
  async queueStatus(targets?: Targets, options?: WaitOptions & { readonly verbose?: false }): Promise<QueueStatus>;
  async queueStatus(
    targets: Targets,
    options: WaitOptions & { readonly verbose: true },
  ): Promise<QueueStatus<readonly string[]>>;
  async queueStatus(
    targets: Targets = "all",
    { verbose = false, ...options }: WaitOptions & { readonly verbose?: boolean } = {},
  ): Promise<QueueStatus<unknown>> {
    return inTime<QueueStatus<unknown>>((verbose ? queueContents : queueStatus)(this.#connection, targets), options);
  }

  /**
   * Aborts requests, queued or running, of this client or others; they end in `TaskAborted`, and engines keep their
   * variables. Resolves when the engines have heard. Tasks that the scheduler still holds end at once.
   * @param jobs results, ids or places in the history; without it, all that this client has outstanding
   * @throws {TimeoutError} when they have not heard in time, for example as one is stopped
   */
  async abort(jobs?: Jobs, options: AbortOptions = {}): Promise<void> {
    await abortJobs(this.#connection, jobs, options);
  }

  /**
   * Sends one `apply_request`: to `engine`, or to the scheduler, which chooses. Views are built on it, and do more.
   * @param options `metadata` goes along as it is
   */
  sendApplyRequest<Args extends unknown[], R>(
    f: (...args: Args) => R,
    args: RemoteArguments<Args>,
    options: lowLevel.RequestOptions = {},
  ): AsyncResult<Awaited<R>, "one"> {
    return lowLevel.sendApplyRequest(this.#connection, { f, args }, options);
  }

  /** Sends one `execute_request`: to `engine`, or to the scheduler, which chooses. It is silent unless told otherwise. */
  sendExecuteRequest(code: string, options: lowLevel.ExecuteRequestOptions = {}): AsyncResult<ExecuteReply, "one"> {
    return lowLevel.sendExecuteRequest(this.#connection, code, options);
  }

  /** Removes all variables of users from the engines. */
  async clear(targets: Targets = "all", options: WaitOptions = {}): Promise<void> {
    await controls.clearEngines(this.#connection, { targets, ...options });
  }

  /** Stops the code that engines are running; their variables stay. What waits behind it goes on. */
  async interrupt(targets: Targets = "all", options: WaitOptions = {}): Promise<void> {
    await controls.signalEngines(this.#connection, "SIGINT", { targets, ...options });
  }

  /**
   * Sends a signal to the engines' processes: `"SIGINT"` interrupts, others do what they do to a process of Node.
   * @param signal its name or number
   */
  async signalEngines(signal: string | number, options: controls.TellOptions = {}): Promise<void> {
    await controls.signalEngines(this.#connection, signal, options);
  }

  /**
   * Ends engines and starts them again, in the same places; what they had to do is aborted, their variables are gone.
   * Resolves when all are back: with new ids, so that only views of `"all"` have them.
   * @throws {TypeError} when one of them runs another language: such engines cannot do that
   * @throws {TimeoutError} when they have not all come after `timeoutMs`
   */
  async restartEngines(options: controls.RestartOptions = {}): Promise<void> {
    await controls.restartEngines(this.#connection, options);
  }

  /**
   * Makes the cluster one of Dask's: a scheduler beside the controller, a `dask worker` process of one thread (`ncores`)
   * on each engine. They end with {@link stopDask}, or with the controller and the engines.
   * @returns the scheduler's address, for example for Python's `distributed.Client(address)`
   * @throws {RemoteError} (`ImportError`) where there is no Dask
   */
  async becomeDask(options: DaskOptions = {}): Promise<string> {
    return becomeDask(this.#connection, options);
  }

  /** Ends the Dask scheduler, and the workers on these engines. */
  async stopDask(targets: Targets = "all"): Promise<void> {
    await stopDask(this.#connection, targets);
  }

  /** {@link becomeDask}, by its old name. */
  readonly becomeDistributed = this.becomeDask;
  /** {@link stopDask}, by its old name. */
  readonly stopDistributed = this.stopDask;

  /**
   * Ends engines; what they still had to do is aborted. With `hub`, ends the controller too and closes this client.
   * Resolves when they have agreed. With `restart` it is {@link restartEngines}.
   */
  async shutdown(options: controls.ShutdownOptions = {}): Promise<void> {
    await controls.shutdownCluster(this.#connection, options);
  }

  /** Ends the connection; what is outstanding fails with `TaskAborted`. Engines go on. */
  async close(): Promise<void> {
    await this.#connection[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  [inspect.custom](): string {
    return `<Client ${this.ids.length} engine${this.ids.length === 1 ? "" : "s"}>`;
  }

  /** @throws {ConnectError} once nothing can be sent: no list of engines says why */
  get #engines(): EngineDirectory {
    this.#connection.requireOpen();
    return this.#connection.engines;
  }
}

keepConnected(Client);
