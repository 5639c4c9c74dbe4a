import type { CallOptions, OwnTargets } from "./options/call-options.ts";
import type { AsyncResult } from "./results/async-result.ts";
import type { Arity, PerEngine } from "./results/result-plan.ts";
import type { DirectSender } from "./sending/direct-sender.ts";

/**
 * Gets a variable of each engine, or several of them as an array. Where an engine has no such variable the result is a
 * `RemoteError` with `ename` `ReferenceError`.
 *
 * Its type may be given: `pull<number>("a")`, `pull<[number, string]>(["a", "b"])`.
 */
export type PullFunction<A extends Arity> = PullAs<A, [options?: OwnTargets]> &
  PullAs<"one", [options: { readonly targets: number }]> &
  PullAs<"many", [options: { readonly targets: readonly number[] | string }]> &
  PullAs<Arity, [options: CallOptions]>;

/** By these options, so that who gives the type of the variable need not give theirs. */
interface PullAs<A extends Arity, Options extends unknown[]> {
  <T = unknown>(name: string, ...options: Options): AsyncResult<PerEngine<A, T>, A>;
  <T extends unknown[] = unknown[]>(names: readonly string[], ...options: Options): AsyncResult<PerEngine<A, T>, A>;
}

/** Gets a variable of each engine, or several of them. */
export function pullVariables(
  sender: DirectSender,
  names: string | readonly string[],
  options?: CallOptions,
): AsyncResult<never, never> {
  const pick = (values: unknown): unknown => (typeof names === "string" ? (values as unknown[])[0] : values);
  return sender.call({ name: "pull", operation: "pull", value: [names].flat(), pick }, options);
}

/** What variables of engines are read and written through. */
interface Pusher {
  push(values: Readonly<Record<string, unknown>>): unknown;
  pull(name: string): unknown;
}

/** Variables as properties: reading one pulls it, writing one pushes it at once. */
export function variablesOf(view: Pusher): Record<string, unknown> {
  return new Proxy<Record<string, unknown>>(Object.create(null) as Record<string, unknown>, {
    // `then` would make the proxy itself look like a promise.
    get: (_, name) => (typeof name === "symbol" || name === "then" ? undefined : view.pull(name)),
    set: (_, name, value) => {
      if (typeof name === "symbol") return false;
      view.push({ [name]: value });
      return true;
    },
  });
}
