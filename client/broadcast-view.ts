import { inspect } from "node:util";
import { keepConnected } from "./connection/keep-connected.ts";
import type { ConnectionService } from "./connection-service.ts";
import { abortJobs } from "./controls/abort-jobs.ts";
import { type RemoteFunction, remoteFunction } from "./functions/remote-function.ts";
import type { Jobs } from "./hub/tasks.ts";
import { type Awaitable, waitForJobs } from "./local/jobs.ts";
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
import { type KnownOptions, requireKnown } from "./options/known-options.ts";
import { type GatherOptions, gather } from "./partition/scatter.ts";
import type { ExecuteReply } from "./requests/execute-reply.ts";
import type { AsyncResult } from "./results/async-result.ts";
import type { Arity, PerEngine } from "./results/result-plan.ts";
import type { WaitOptions } from "./results/wait-options.ts";
import { broadcast } from "./sending/broadcast.ts";
import { DirectSender } from "./sending/direct-sender.ts";
import { readProgram } from "./sending/read-program.ts";
import { type FixedTargets, fixTargets, showTargets } from "./targets.ts";
import { type PullFunction, pullVariables } from "./variables.ts";

/** What is the same for all calls of a broadcast view. */
export interface BroadcastFlags extends Omit<DirectFlags, "block"> {
  /**
   * Whether the controller collects the replies and sends them as one message, when the last engine has answered; `false`
   * unless given. It spares this process work where there are many engines, but results of the quick ones come late.
   */
  readonly coalescing?: boolean | undefined;
}

const { block: _, ...shared } = directFlags;
const broadcastFlags: KnownOptions<BroadcastFlags> = { ...shared, coalescing: true };

/**
 * Does the same on many engines by a single message, which the controller copies for each of them: however many there
 * are, arguments leave this process once. Results, output and errors are those of a direct view. What differs from engine
 * to engine (`map`, `scatter`) is the business of {@link DirectView}.
 *
 * The hub keeps no record of broadcasts: `getResult` finds only those of this client, until their results were got.
 */
export class BroadcastView<A extends Arity = "many"> {
  readonly #sender: DirectSender;
  readonly #flags: Omit<BroadcastFlags, "targets">;

  /** `rc.broadcastView(...)` makes these. */
  constructor(connection: ConnectionService, targets: FixedTargets, flags: Omit<BroadcastFlags, "targets"> = {}) {
    requireKnown<BroadcastFlags>(flags, broadcastFlags);
    const { label, coalescing = false, track = false } = flags;
    this.#sender = new DirectSender(connection, targets, { label, send: broadcast(coalescing) });
    this.#sender.track = track;
    this.#flags = flags;
  }

  /** The engines: an id, ids, or `"all"`. */
  get targets(): number | readonly number[] | "all" {
    return this.#sender.targets;
  }

  /** Whether replies come in one message. */
  get coalescing(): boolean {
    return this.#flags.coalescing ?? false;
  }

  /** The same view but for these flags; this one stays as it is. A flag that is given as `undefined` is taken back. */
  withFlags<const Flags extends BroadcastFlags>(flags: Flags): BroadcastView<ArityOf<A, Flags>> {
    const { connection, targets: own } = this.#sender;
    const { targets, ...others }: BroadcastFlags = flags;
    const fixed = targets === undefined ? own : fixTargets(targets, connection.engines);
    return new BroadcastView(connection, fixed, { ...this.#flags, ...others });
  }

  /** See {@link DirectView.apply}. */
  apply<Args extends unknown[], R>(
    f: (...args: Args) => R,
    ...args: RemoteArguments<Args>
  ): AsyncResult<PerEngine<A, Awaited<R>>, A> {
    return this.#sender.call({ name: "apply", operation: "call", value: { fn: f, args } });
  }

  /** See {@link DirectView.remote}. */
  remote<Args extends unknown[], R>(f: (...args: Args) => R): RemoteFunction<Args, R, A> {
    return remoteFunction(this, f);
  }

  /** See {@link DirectView.execute}. */
  execute<const Options extends ExecuteOptions = OwnTargets>(
    code: string,
    options?: Options,
  ): AsyncResult<PerEngine<ArityOf<A, Options>, ExecuteReply>, ArityOf<A, Options>> {
    return this.#sender.execute({ code, ...options });
  }

  /** See {@link DirectView.run}. */
  run<const Options extends CallOptions = OwnTargets>(
    file: string | URL,
    options?: Options,
  ): AsyncResult<PerEngine<ArityOf<A, Options>, ExecuteReply>, ArityOf<A, Options>> {
    return this.#sender.execute({ ...readProgram(file), ...options });
  }

  /** See {@link DirectView.push}. */
  push<const Options extends SendOptions = OwnTargets>(
    values: Readonly<Record<string, unknown>>,
    options?: Options,
  ): AsyncResult<PerEngine<ArityOf<A, Options>, undefined>, ArityOf<A, Options>> {
    return this.#sender.call({ name: "push", operation: "push", value: values }, options);
  }

  /** See {@link PullFunction}. */
  readonly pull: PullFunction<A> = (names: string | readonly string[], options?: CallOptions) =>
    pullVariables(this.#sender, names, options);

  /** See {@link DirectView.gather}. */
  gather<T = unknown[]>(name: string, options: GatherOptions = {}): AsyncResult<T, "many"> {
    return gather(this.#sender, name, options);
  }

  /** Message ids of what this view has sent, one for each engine, in order. */
  get history(): readonly string[] {
    return this.#sender.history.ids;
  }

  /** Message ids of what this view has sent that has no reply yet, oldest first. */
  get outstanding(): readonly string[] {
    return this.#sender.outstanding;
  }

  /**
   * Waits for jobs to end; see {@link DirectView.wait}.
   * @param jobs without it, all that this view has outstanding
   * @returns whether all have ended: false when the time is up
   */
  async wait(jobs?: Awaitable | readonly Awaitable[], options: WaitOptions = {}): Promise<boolean> {
    return waitForJobs(this.#sender.connection, jobs ?? this.outstanding, options);
  }

  /** Aborts jobs, queued or running; without any, all that this view has outstanding. They end in `TaskAborted`. */
  async abort(jobs?: Jobs, options: WaitOptions = {}): Promise<void> {
    await abortJobs(this.#sender.connection, jobs ?? this.outstanding, options);
  }

  [inspect.custom](): string {
    return `<BroadcastView ${showTargets(this.#sender.targets)}>`;
  }
}

keepConnected(BroadcastView);
