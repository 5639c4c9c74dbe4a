import { inspect } from "node:util";
import type { RemoteArguments } from "./call-options.ts";
import type { ConnectionService } from "./connection-service.ts";
import { type ParallelFunction, parallelFunction } from "./functions/parallel-function.ts";
import { type RemoteFunction, remoteFunction } from "./functions/remote-function.ts";
import { balancedMap, callInChunks, type MapOptions } from "./map/balanced-map.ts";
import { type ImapFunction, type ImapOptions, type Results, splitSources } from "./map/imap-function.ts";
import { imapOn } from "./map/imap-on.ts";
import { type ItemFunction, type MapFunction, splitArguments } from "./map/map-function.ts";
import type { Sequence } from "./map/sequences.ts";
import type { Source } from "./map/source-rows.ts";
import { joinedParts } from "./partition/distribution.ts";
import { TaskSender } from "./requests/task-sender.ts";
import { type AsyncMapResult, AsyncResult } from "./results/async-result.ts";
import { RequestGroup } from "./results/request-group.ts";
import { type FixedTargets, showTargets } from "./targets.ts";
import type { TaskFlags, WireFlags } from "./task-flags.ts";

/**
 * Runs each call on one engine, whichever the scheduler finds best. Calls return at once with an {@link AsyncResult};
 * awaiting it waits. A call throws `CanningError` when something cannot travel and `ConnectError` when the client is
 * closed; without any engine, tasks wait for one.
 */
export class LoadBalancedView {
  readonly #sender: TaskSender;

  /** `rc.loadBalancedView()` makes these. */
  constructor(connection: ConnectionService, targets: FixedTargets = "all", flags: WireFlags = {}) {
    this.#sender = new TaskSender(connection, targets, flags);
  }

  /** Engines that may run the tasks: an id, ids, or `"all"`. */
  get targets(): number | readonly number[] | "all" {
    return this.#sender.targets;
  }

  /**
   * The same view but for these flags; this one stays as it is. A flag that is given as `undefined` is taken back.
   * @throws {RangeError} naming a flag that makes no sense, or an engine that is not there
   */
  withFlags(flags: TaskFlags): LoadBalancedView {
    const sender = this.#sender.with(flags);
    return new LoadBalancedView(sender.connection, sender.targets, sender.flags);
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
    group.add(this.#sender.send({ fn: f, args }, { size: 1 }, group));
    group.seal();
    const join = ([value]: readonly unknown[]) => value as Awaited<R>;
    return new AsyncResult(group, { name: "apply", arity: "one", join, ...this.#sender.controls });
  }

  /** A function that runs on an engine when it is called, under the flags of this view. */
  remote<Args extends unknown[], R>(f: (...args: Args) => R): RemoteFunction<Args, R, "one"> {
    return remoteFunction(this, f);
  }

  /**
   * A function that is called with whole sequences and runs on chunks of them, each of which is a task; see
   * {@link ParallelFunction}.
   */
  parallel<Args extends unknown[], R>(
    f: (...sequences: Args) => R,
    options: Omit<MapOptions, "returnErrors"> = {},
  ): ParallelFunction<Args, R> {
    return parallelFunction(f, {
      map: (item, sequences) => balancedMap(this.#sender, item, { sequences, ...options }),
      call: (fn, columns) => {
        const call = (args: readonly unknown[]) => ({ fn, args });
        return callInChunks(
          this.#sender,
          { name: f.name || "parallel", columns, call, assembly: joinedParts() },
          options,
        );
      },
    });
  }

  /**
   * Shares the elements among the engines: who is quick gets more. Once an element has failed, no further ones are sent.
   */
  readonly map: MapFunction<MapOptions> = (f: ItemFunction, ...rest: MapArguments): AsyncMapResult<never> => {
    const { sequences, options } = splitArguments<MapOptions>(rest);
    return balancedMap(this.#sender, f, { sequences, ...options });
  };

  /**
   * Goes over endless sequences too, and over those whose elements come by and by; a slow loop slows the engines down. Each
   * element is a task.
   */
  readonly imap: ImapFunction<BalancedImapOptions> = (f: ItemFunction, ...rest: ImapArguments): Results<never> => {
    const { sources, options } = splitSources<BalancedImapOptions>(rest);
    const { ordered, maxOutstanding, returnErrors, ...flags } = options;
    const view = this.withFlags(flags);
    return imapOn(
      {
        apply: (item, items) => view.apply(item, ...(items as never[])),
        engineCount: () => view.#sender.engineCount(),
      },
      f,
      { sources, ordered, maxOutstanding, returnErrors },
    );
  };

  [inspect.custom](): string {
    return `<LoadBalancedView ${showTargets(this.#sender.targets)}>`;
  }
}

type BalancedImapOptions = ImapOptions & TaskFlags;
type MapArguments = readonly (Sequence<unknown> | MapOptions | undefined)[];
type ImapArguments = readonly (Source<unknown> | BalancedImapOptions | undefined)[];
