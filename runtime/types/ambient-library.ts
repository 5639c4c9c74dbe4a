/** One addition of the JavaScript library that the compiler (TypeScript 5.0) does not declare yet. */
interface Addition {
  /** Whether this Node has it: what a cell cannot call must not be offered. */
  readonly exists: boolean;
  readonly declarations: string;
}

const additions: readonly Addition[] = [
  {
    exists: true,
    declarations: `
interface Array<T> {
  toReversed(): T[];
  toSorted(compare?: (a: T, b: T) => number): T[];
  toSpliced(start: number, deleteCount?: number, ...items: T[]): T[];
  with(index: number, value: T): T[];
}
interface ReadonlyArray<T> {
  toReversed(): T[];
  toSorted(compare?: (a: T, b: T) => number): T[];
  toSpliced(start: number, deleteCount?: number, ...items: T[]): T[];
  with(index: number, value: T): T[];
}
interface String { isWellFormed(): boolean; toWellFormed(): string; }
interface SymbolConstructor { readonly dispose: unique symbol; readonly asyncDispose: unique symbol; }
interface Disposable { [Symbol.dispose](): void; }
interface AsyncDisposable { [Symbol.asyncDispose](): PromiseLike<void>; }
`,
  },
  {
    exists: "groupBy" in Object,
    declarations: `
interface ObjectConstructor { groupBy<K extends PropertyKey, T>(items: Iterable<T>, key: (item: T, index: number) => K): Partial<Record<K, T[]>>; }
interface MapConstructor { groupBy<K, T>(items: Iterable<T>, key: (item: T, index: number) => K): Map<K, T[]>; }
`,
  },
  {
    exists: "fromAsync" in Array,
    declarations: `interface ArrayConstructor { fromAsync<T>(items: AsyncIterable<T> | Iterable<T | PromiseLike<T>>): Promise<T[]>; }`,
  },
  {
    exists: "withResolvers" in Promise,
    declarations: `
interface PromiseConstructor {
  withResolvers<T>(): { promise: Promise<T>; resolve: (value: T | PromiseLike<T>) => void; reject: (reason?: unknown) => void };
}
`,
  },
  {
    exists: "union" in Set.prototype,
    declarations: `
interface Set<T> {
  union<U>(other: Set<U>): Set<T | U>;
  intersection<U>(other: Set<U>): Set<T & U>;
  difference<U>(other: Set<U>): Set<T>;
  symmetricDifference<U>(other: Set<U>): Set<T | U>;
  isSubsetOf(other: Set<unknown>): boolean;
  isSupersetOf(other: Set<unknown>): boolean;
  isDisjointFrom(other: Set<unknown>): boolean;
}
`,
  },
  {
    exists: "Iterator" in globalThis,
    declarations: `
interface IterableIterator<T> {
  map<U>(change: (value: T, index: number) => U): IterableIterator<U>;
  filter(keep: (value: T, index: number) => unknown): IterableIterator<T>;
  flatMap<U>(change: (value: T, index: number) => Iterable<U>): IterableIterator<U>;
  take(count: number): IterableIterator<T>;
  drop(count: number): IterableIterator<T>;
  reduce<U>(join: (soFar: U, value: T, index: number) => U, start: U): U;
  forEach(visit: (value: T, index: number) => void): void;
  some(is: (value: T, index: number) => unknown): boolean;
  every(is: (value: T, index: number) => unknown): boolean;
  find(is: (value: T, index: number) => unknown): T | undefined;
  toArray(): T[];
}
`,
  },
];

/** Global declarations that cells see beside the compiler's own library and Node's. */
export const ambientLibrary = additions
  .filter(({ exists }) => exists)
  .map(({ declarations }) => declarations)
  .join("");
