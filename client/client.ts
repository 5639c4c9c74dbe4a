import { inspect } from "node:util";
import { currentHost } from "../protocol/host.ts";
import type { Session } from "../protocol/session.ts";
import type { ClientChannels } from "./client-channels.ts";
import { type ConnectOptions, openConnection } from "./connection/open-connection.ts";
import type { Patience } from "./connection/reconnection.ts";
import { ConnectionService } from "./connection-service.ts";
import { clearEngines, interruptEngines, type ShutdownOptions, shutdownCluster } from "./controls/engine-controls.ts";
import { DirectView } from "./direct-view.ts";
import type { EngineDirectory } from "./engine-directory.ts";
import { inTime, load, type Purge, purgeRecords, queueStatus } from "./hub/hub-questions.ts";
import type { ResultStatus } from "./hub/hub-records.ts";
import { type AsyncHubResult, hubResult } from "./hub/hub-result.ts";
import type { TaskQuery } from "./hub/task-query.ts";
import type { BufferKey, TaskKey, TaskRow } from "./hub/task-row.ts";
import { idsOf, resubmitEnded, type Tasks } from "./hub/tasks.ts";
import { LoadBalancedView } from "./load-balanced-view.ts";
import type { QueueStatus } from "./queue-status.ts";
import { abortRequests } from "./requests/abort-requests.ts";
import { tellEngines } from "./requests/tell-engines.ts";
import type { AsyncResult } from "./results/async-result.ts";
import type { Arity } from "./results/result-plan.ts";
import { type WaitOptions, waitFor } from "./results/wait-options.ts";
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

  /** A client over channels that are open already, for tests. */
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
   * A view of one engine (its results are values) or of several (arrays).
   * @param targets without it, all engines that there are now
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

  /** A view that runs each call on an engine of the scheduler's choice, among `targets`. */
  loadBalancedView(targets: Targets = "all"): LoadBalancedView {
    return new LoadBalancedView(this.#connection, fixTargets(targets, this.#engines));
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
    const end = new AbortController();
    try {
      await waitFor(this.#haveEngines(n, end.signal), options, () => {
        return `Only ${this.ids.length} of ${n} engines have registered after ${(options.timeoutMs ?? 0) / 1000} s.`;
      });
    } finally {
      end.abort();
    }
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
   * @param keys what to get of each, beside `msgId`; without it all but `buffers` and `resultBuffers`
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
   * Which requests are pending and which have ended, of all clients.
   * @throws {RemoteError} (`KeyError`) when the hub has no record of one
   */
  async resultStatus(tasks: Tasks, options: WaitOptions = {}): Promise<ResultStatus> {
    return inTime(this.#connection.records.status(idsOf(tasks)), options);
  }

  /**
   * The result of requests that the hub has on record, of any client: of one id a value, of several an array.
   * @param options `signal` ends the asking
   */
  getResult<T = unknown>(id: string, options?: Pick<WaitOptions, "signal">): AsyncHubResult<T, "one">;
  getResult<T = unknown>(tasks: Tasks, options?: Pick<WaitOptions, "signal">): AsyncHubResult<T[], "many">;
  getResult(tasks: Tasks, { signal }: Pick<WaitOptions, "signal"> = {}): AsyncHubResult<unknown> {
    const arity = typeof tasks === "string" ? "one" : "many";
    return hubResult(this.#connection, idsOf(tasks), { name: "getResult", arity, signal });
  }

  /**
   * Sends tasks that have ended once more, as they were, to any engine; targets and retries are not on record.
   * @returns the new result: its `msgIds` are there when the hub has answered; it fails when a task is unknown or pending
   */
  resubmit<T = unknown>(id: string): AsyncHubResult<T, "one">;
  resubmit<T = unknown>(tasks: Tasks): AsyncHubResult<T[], "many">;
  resubmit(tasks: Tasks): AsyncHubResult<unknown> {
    const arity = typeof tasks === "string" ? "one" : "many";
    const ids = resubmitEnded(this.#connection, idsOf(tasks));
    return hubResult(this.#connection, ids, { name: "resubmit", arity });
  }

  /**
   * Has the hub forget results: those of tasks, of engines, or `"all"`. What is pending stays on record.
   * @throws {RemoteError} (`IndexError`) when one of the tasks is pending
   */
  async purgeHubResults(what: Purge, options: WaitOptions = {}): Promise<void> {
    await inTime(purgeRecords(this.#connection, what), options);
  }

  /** How many requests and tasks wait for or run on each engine, by id. */
  async load(targets: Targets = "all", options: WaitOptions = {}): Promise<Readonly<Record<number, number>>> {
    return inTime(load(this.#connection, targets), options);
  }

  /** How many requests and tasks engines have, as the hub counts them. */
  async queueStatus(targets: Targets = "all", options: WaitOptions = {}): Promise<QueueStatus> {
    return inTime(queueStatus(this.#connection, targets), options);
  }

  /**
   * Asks engines not to run what has not begun; that ends in `TaskAborted`. Resolves when they have heard. Tasks that
   * the scheduler still holds end at once.
   * @param results what to abort; without it, all that this client has outstanding and all that waits on the engines,
   * whoever sent it
   */
  async abort(results?: AsyncResult<unknown> | readonly AsyncResult<unknown>[]): Promise<void> {
    if (results !== undefined) {
      await Promise.all([results].flat().map((result) => result.abort()));
      return;
    }
    await abortRequests(this.#connection, this.#connection.pending.outstanding);
    if (this.ids.length > 0) await tellEngines(this.#connection, "all", "abort_request", { msg_ids: null });
  }

  /** Removes all variables of users from the engines. */
  async clear(targets: Targets = "all"): Promise<void> {
    await clearEngines(this.#connection, targets);
  }

  /** Stops the code that engines are running; their variables stay. What waits behind it goes on. */
  async interrupt(targets: Targets = "all"): Promise<void> {
    await interruptEngines(this.#connection, targets);
  }

  /**
   * Ends engines; what they still had to do is aborted. With `hub`, ends the controller too and closes this client.
   * Resolves when they have agreed.
   */
  async shutdown(options: ShutdownOptions = {}): Promise<void> {
    await shutdownCluster(this.#connection, options);
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

  async #haveEngines(n: number, signal: AbortSignal): Promise<void> {
    while (this.ids.length < n) {
      this.#connection.requireOpen();
      await this.#connection.enginesChange(signal);
    }
  }
}
