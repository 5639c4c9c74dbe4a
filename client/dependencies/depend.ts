import { type AnyFunction, withConditions } from "./conditional.ts";

/**
 * `f`, to be run only on engines where `check(...args)` does not return `false`; anything else, and a promise of
 * anything else, counts as met. Where it is not met, a task goes to another engine, and to none twice; a direct view
 * reports `UnmetDependency` of that engine. Called here, it is `f` without the check.
 */
export function dependent<F extends AnyFunction, Args extends unknown[]>(
  f: F,
  check: (...args: Args) => unknown,
  ...args: Args
): F {
  return withConditions(f, [{ kind: "check", check, args }]);
}

/**
 * {@link dependent} for several functions:
 *
 *     const onLinux = depend((platform: string) => process.platform === platform, "linux");
 *     await view.apply(onLinux(build), "main");
 */
export function depend<Args extends unknown[]>(
  check: (...args: Args) => unknown,
  ...args: Args
): <F extends AnyFunction>(f: F) => F {
  return (f) => dependent(f, check, ...args);
}
