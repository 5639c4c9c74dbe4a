import type { EngineDirectory } from "../engine-directory.ts";
import type { RemoteError } from "../errors/remote-error.ts";
import type { Request } from "../requests/request.ts";

/** Whether a result belongs to one engine or to several: one gives a value, several give an array. */
export type Arity = "one" | "many";
/** A value for a result of one engine, an array in engine order for several. */
export type PerEngine<A extends Arity, V> = A extends "one" ? V : V[];

/** Items of a result: those of its array where it is of several engines or tasks, otherwise the value itself. */
export type ItemOf<T, A extends Arity = Arity> = A extends "one"
  ? T
  : T extends readonly (infer Item)[]
    ? Item
    : T extends { readonly BYTES_PER_ELEMENT: number; readonly [index: number]: infer Item }
      ? Item
      : T;

/** A result in which parts that failed are their errors. */
export type WithErrors<T, A extends Arity> = A extends "one" ? T | RemoteError : (ItemOf<T, A> | RemoteError)[];

/** How an AsyncResult is made of what its requests bring. */
export interface ResultPlan<T> {
  /** What was called, for example `execute`. */
  readonly name: string;
  readonly arity: Arity;
  /** Puts the values of all requests, in order, together. */
  readonly join: (values: readonly unknown[]) => T;
  /** Items of one request's value; the value itself where it is left out. */
  readonly itemsOf?: (value: unknown) => Iterable<unknown>;
  /** Number of items; that of requests where it is left out. */
  readonly length?: number;
  /** Whether iteration gives items in order (the default) or as they come. */
  readonly isOrdered?: boolean;
  /** Whether parts that failed are their errors in place; `false` where it is left out. */
  readonly keepsErrors?: boolean;
  /** Whether local records drop what was got from here; `true` where it is left out. */
  readonly isOwner?: boolean;
  readonly engines: EngineDirectory;
  /** Ends requests as aborted, whether they run or not. */
  readonly abort: (requests: readonly Request[]) => Promise<void>;
  /** Stops engines that run one of these requests; aborts those that have not begun. */
  readonly interrupt: (requests: readonly Request[]) => Promise<void>;
}
