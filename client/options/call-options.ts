import type { Reference } from "../../canning/reference.ts";
import type { CellProgram } from "../../protocol/cell-program.ts";
import type { Arity } from "../results/result-plan.ts";
import type { Targets } from "../targets.ts";
import type { KnownOptions } from "./known-options.ts";

/** Arguments of a function, as a call takes them: each itself, or a reference to an engine's variable of its type. */
export type RemoteArguments<Args extends unknown[]> = {
  [Index in keyof Args]: Args[Index] | Reference<Args[Index]>;
};

/** Options of a single call on a direct view. */
export interface CallOptions {
  /** Engines for this call, instead of the view's. */
  readonly targets?: Targets | undefined;
}

/** Options of a call that may send large arrays. */
export interface SendOptions extends CallOptions {
  /** For this call, instead of the view's {@link DirectFlags.track}. */
  readonly track?: boolean | undefined;
}

/** Call options that leave the view's engines as they are. */
export interface OwnTargets {
  readonly targets?: undefined;
}

/** Whether a call with these options has one result or several: `{ targets: 0 }` gives a value, `{ targets: [0] }` an array. */
export type ArityOf<A extends Arity, Options> = Options extends { readonly targets: number }
  ? "one"
  : Options extends { readonly targets: readonly number[] | string }
    ? "many"
    : "targets" extends keyof Options
      ? Options extends OwnTargets
        ? A
        : Arity
      : A;

export interface ExecuteOptions extends CallOptions {
  /** @internal The code, made ready to run. Without it each engine compiles the code by itself. */
  readonly program?: CellProgram | undefined;
  /** Whether to keep the value of the last expression back, and not to count it as a cell. What is printed comes. */
  readonly silent?: boolean | undefined;
}

/** What is the same for all calls of a view, made by `withFlags`. */
export interface DirectFlags {
  readonly targets?: Targets | undefined;
  /** Whether the magics wait for results of this view. */
  readonly block?: boolean | undefined;
  /**
   * Whether `sent` of its results turns true by itself, as soon as arrays that were sent may be overwritten. Without it
   * `sent` is settled by `waitOnSend` or the reply. It costs a small message each way, for large arrays only.
   */
  readonly track?: boolean | undefined;
  /** Name of its requests in their metadata and in the hub's records. */
  readonly label?: string | undefined;
}

export const directFlags: KnownOptions<DirectFlags> = { targets: true, block: true, track: true, label: true };
