import { inspect } from "node:util";
import type { JsonObject } from "../protocol/json.ts";
import type { RemoteArguments } from "./call-options.ts";
import type { ConnectionService, Payload } from "./connection-service.ts";
import { chunkAssembly, mapChunk } from "./map/map-chunk.ts";
import { type ItemFunction, type MapFunction, splitArguments } from "./map/map-function.ts";
import { MapRun } from "./map/map-run.ts";
import { columnsOf, rows, type Sequence } from "./map/sequences.ts";
import { abortRequests } from "./requests/abort-requests.ts";
import { cannedCall, cannedValue } from "./requests/canned-call.ts";
import { interruptRequests } from "./requests/interrupt-requests.ts";
import type { Request, RequestPlan } from "./requests/request.ts";
import { type AsyncMapResult, AsyncResult } from "./results/async-result.ts";
import { RequestGroup } from "./results/request-group.ts";
import { type FixedTargets, fixTargets, recipients, requireOurs, showTargets, type Targets } from "./targets.ts";

/** What holds for all tasks of a view. */
export interface TaskFlags {
  /** Engines that may run the tasks; all unless given. */
  readonly targets?: Targets;
  /** How often a failed task is tried again, each time on another engine; 0 unless given. */
  readonly retries?: number;
  /** Milliseconds that a task may wait for an engine; then it fails with `DependencyTimeout`. A running task goes on. */
  readonly timeoutMs?: number;
  /** Name of the tasks in their metadata. */
  readonly label?: string;
}

export interface MapOptions {
  /**
   * Elements sent together. Without it the view measures how long elements take, and sends about 20 ms of work at once.
   */
  readonly chunkSize?: number;
  /** `false`: `for await` gives results as they come, not in the order of the elements. */
  readonly ordered?: boolean;
}

/**
 * Runs each call on one engine, whichever the scheduler finds best. Calls return at once with an {@link AsyncResult};
 * awaiting it waits. A call throws `CanningError` when something cannot travel and `ConnectError` when the client is
 * closed; without any engine, tasks wait for one.
 */
export class LoadBalancedView {
  readonly #connection: ConnectionService;
  readonly #flags: Omit<TaskFlags, "targets">;
  readonly #targets: FixedTargets;

  /** `rc.loadBalancedView()` makes these. */
  constructor(connection: ConnectionService, targets: FixedTargets = "all", flags: Omit<TaskFlags, "targets"> = {}) {
    this.#connection = connection;
    this.#targets = targets;
    this.#flags = flags;
  }

  /** Engines that may run the tasks: an id, ids, or `"all"`. */
  get targets(): number | readonly number[] | "all" {
    return this.#targets;
  }

  /** The same view but for these flags; this one stays as it is. */
  withFlags({ targets, ...flags }: TaskFlags): LoadBalancedView {
    const fixed = targets === undefined ? this.#targets : fixTargets(targets, this.#connection.engines);
    return new LoadBalancedView(this.#connection, fixed, { ...this.#flags, ...flags });
  }

  /**
   * Calls a function on one engine. It travels with what it closes over; free names are looked up on the engine first.
   * @returns what it returns, or what its promise resolves to
   */
  apply<Args extends unknown[], R>(
    f: (...args: Args) => R,
    ...args: RemoteArguments<Args>
  ): AsyncResult<Awaited<R>, "one"> {
    const group = new RequestGroup();
    group.add(this.#send(group, { fn: f, args }, 1));
    group.seal();
    return new AsyncResult(group, {
      name: "apply",
      arity: "one",
      join: ([value]) => value as Awaited<R>,
      engines: this.#connection.engines,
      abort: (requests) => abortRequests(this.#connection, requests),
      interrupt: (requests) => interruptRequests(this.#connection, requests),
    });
  }

  /**
   * Shares the elements among the engines: who is quick gets more. Once an element has failed, no further ones are sent.
   */
  readonly map: MapFunction<MapOptions> = (f: ItemFunction, ...rest: MapArguments): AsyncMapResult<never> => {
    const { sequences, options } = splitArguments<MapOptions>(rest);
    const { chunkSize, ordered = true } = options;
    if (chunkSize !== undefined && !(chunkSize >= 1))
      throw new RangeError(`chunkSize is ${chunkSize}: give 1 or more.`);
    const columns = columnsOf(sequences);
    const length = columns[0]?.length ?? 0;
    const assembly = chunkAssembly(length);
    const group = new RequestGroup();
    const run = new MapRun(group, {
      length,
      chunkSize,
      engines: () => this.#engineCount(),
      send: (from, to) => this.#send(group, { fn: mapChunk, args: [f, rows(columns, from, to)] }, to - from),
    });
    return new AsyncResult<never[], "many">(group, {
      name: "map",
      arity: "many",
      isOrdered: ordered,
      ...assembly,
      join: (values) => assembly.join(values) as never[],
      engines: this.#connection.engines,
      abort: async (requests) => {
        run.stop();
        await abortRequests(this.#connection, requests);
      },
      interrupt: async (requests) => {
        run.stop();
        await interruptRequests(this.#connection, requests);
      },
    });
  };

  [inspect.custom](): string {
    return `<LoadBalancedView ${showTargets(this.#targets)}>`;
  }

  #send(group: RequestGroup, value: { fn: unknown; args: unknown }, size: number): Request {
    const { session } = this.#connection;
    const payload: Payload = { ...cannedCall(value, "call", session), metadata: this.#metadata() };
    const read: RequestPlan["read"] = (reply) => cannedValue(reply, session.signer);
    return this.#connection.sendTask(payload, { method: "apply", read, size, label: this.#flags.label }, group);
  }

  /** Wire protocol §11.1; the wire counts in seconds. */
  #metadata(): JsonObject {
    const { retries, timeoutMs, label } = this.#flags;
    const timeout = timeoutMs === undefined ? undefined : timeoutMs / 1000;
    return { lean: true, targets: this.#allowed(), retries, timeout, label };
  }

  /** Uuids of the engines that may run a task; `undefined` when any may. Engines of other languages never may. */
  #allowed(): string[] | undefined {
    const { engines } = this.#connection;
    if (this.#targets === "all" && engines.areAllOurs) return undefined;
    const wanted = this.#targets === "all" ? engines.ids : [this.#targets].flat();
    const there = wanted.filter((id) => engines.uuid(id) !== undefined);
    if (there.length === 0) recipients(this.#targets, engines);
    const ours = there.filter((id) => engines.isOurs(id));
    if (ours.length === 0) requireOurs(there, engines, "apply");
    return ours.flatMap((id) => engines.uuid(id) ?? []);
  }

  #engineCount(): number {
    if (this.#targets === "all") return this.#connection.engines.size;
    return typeof this.#targets === "number" ? 1 : this.#targets.length;
  }
}

type MapArguments = readonly (Sequence<unknown> | MapOptions | undefined)[];
