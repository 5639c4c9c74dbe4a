import type { DirectView } from "../direct-view.ts";
import type { LoadBalancedView } from "../load-balanced-view.ts";
import type { MapOptions } from "../map/balanced-map.ts";
import type { DirectMapOptions } from "../map/direct-map.ts";
import type { ArityOf, DirectFlags, OwnTargets } from "../options/call-options.ts";
import type { TaskFlags } from "../options/task-flags.ts";
import type { Arity } from "../results/result-plan.ts";
import type { ParallelFunction } from "./parallel-function.ts";
import type { RemoteFunction } from "./remote-function.ts";

type RemoteMaker<A extends Arity> = <Args extends unknown[], R>(f: (...args: Args) => R) => RemoteFunction<Args, R, A>;
type ParallelMaker = <Args extends unknown[], R>(f: (...sequences: Args) => R) => ParallelFunction<Args, R>;

/** Makes remote functions of a view, under further flags: `remote(view, { targets: 0 })(f)`. */
export function remote<A extends Arity, const Flags extends DirectFlags = OwnTargets>(
  view: DirectView<A>,
  flags?: Flags,
): RemoteMaker<ArityOf<A, Flags>>;
export function remote(view: LoadBalancedView, flags?: TaskFlags): RemoteMaker<"one">;
export function remote(view: RemoteView, flags?: object): RemoteMaker<never> {
  const flagged = flags ? view.withFlags(flags) : view;
  return (f) => flagged.remote(f);
}

/** Makes parallel functions of a view: `parallel(view, { dist: "roundRobin" })(f)`. */
export function parallel(view: DirectView<Arity>, options?: Omit<DirectMapOptions, "returnErrors">): ParallelMaker;
export function parallel(view: LoadBalancedView, options?: Omit<MapOptions, "returnErrors">): ParallelMaker;
export function parallel(view: ParallelView, options?: object): ParallelMaker {
  return (f) => view.parallel(f, options as never);
}

/** What both kinds of views have. */
interface RemoteView {
  readonly remote: RemoteMaker<never>;
  withFlags(flags: object): RemoteView;
}

interface ParallelView {
  parallel<Args extends unknown[], R>(f: (...sequences: Args) => R, options?: never): ParallelFunction<Args, R>;
}
