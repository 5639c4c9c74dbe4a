import type { NamedValue } from "./functions/builtin-names.ts";
import type { Place } from "./functions/function-facts.ts";

/** A variable of a function, and the cell that holds its value: functions that share a variable share its cell. */
export type Variable = readonly [name: string, cell: number];

/** A function or class by its source. */
export interface CodeRecord {
  readonly kind: "code";
  /** Empty where its receivers have it by its hash. */
  readonly text: string;
  /** Of a large source. */
  readonly hash?: string;
  readonly form: "expression" | "method" | "class";
  /** Its `name` property. */
  readonly name: string;
  /** The name in the source, or the key under which a method is found. */
  readonly ownName: string | undefined;
  readonly isStrict: boolean;
  readonly place: Place;
  /** Names bound when a class is defined, parent class first; their values come in the early step of the record. */
  readonly early: readonly string[];
  /** Variables of the scopes around it. */
  readonly closed: readonly Variable[];
  /** User's globals: the receiver's own come first, the cell holds the sender's value for when there is none. */
  readonly fallbacks: readonly Variable[];
  /** Other free names: built-ins, and what only the receiver may have. */
  readonly open: readonly string[];
}

/** What stands for an object that codecs cannot write. */
export type StandInRecord =
  | CodeRecord
  | { readonly kind: "named"; readonly name: NamedValue }
  | { readonly kind: "instance"; readonly className: string }
  | { readonly kind: "symbol"; readonly isRegistered: boolean; readonly key: string }
  | {
      readonly kind: "error";
      /** Name of the built-in class, such as `RangeError`. */
      readonly type: string;
      readonly name: string;
      readonly message: string | undefined;
      readonly stack: string | undefined;
    };

/**
 * What a canned value consists of, in this order:
 *
 *     null, value                                         nothing in it needs a record
 *     Table, early value, …, Contents, value              one early value for each entry of `table.early`
 */
export interface Table {
  readonly records: readonly StandInRecord[];
  /** Records that are made only when their early value is there, each after those that its value holds. */
  readonly early: readonly number[];
  /** Cells that one function assigns to and another one uses. */
  readonly live: readonly number[];
  /** Cells of globals that were too large to capture, and how many bytes they have at least. */
  readonly tooLarge: readonly (readonly [cell: number, bytes: number])[];
}

/** What is put into the objects of the table once they are all there, so that they may refer to one another. */
export interface Contents {
  /** Values of variables. */
  readonly cells: readonly unknown[];
  readonly properties: readonly Properties[];
}

/** Properties of a function or an error. */
export interface Properties {
  readonly record: number;
  readonly enumerable: Readonly<Record<string, unknown>>;
  readonly hidden: Readonly<Record<string, unknown>>;
  /** Of the `prototype` of a constructor that is no class. */
  readonly prototype: Readonly<Record<string, unknown>>;
}
