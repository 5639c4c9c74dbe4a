import type { RemoteArguments } from "../options/call-options.ts";
import type { AsyncResult } from "../results/async-result.ts";
import type { Arity, PerEngine } from "../results/result-plan.ts";
import { requireFunction } from "./require-function.ts";

/** A view, as far as remote functions need it. */
export interface FunctionCaller<A extends Arity> {
  apply<Args extends unknown[], R>(
    f: (...args: Args) => R,
    ...args: RemoteArguments<Args>
  ): AsyncResult<PerEngine<A, Awaited<R>>, A>;
}

/** A function that runs on engines when it is called here. */
export type RemoteFunction<Args extends unknown[], R, A extends Arity> = (
  ...args: RemoteArguments<Args>
) => AsyncResult<PerEngine<A, Awaited<R>>, A>;

/** A function of the same name that a view applies with whatever targets and flags the view has by then. */
export function remoteFunction<Args extends unknown[], R, A extends Arity>(
  view: FunctionCaller<A>,
  f: (...args: Args) => R,
): RemoteFunction<Args, R, A> {
  requireFunction(f);
  const remote: RemoteFunction<Args, R, A> = (...args) => view.apply(f, ...args);
  return Object.defineProperty(remote, "name", { value: f.name });
}
