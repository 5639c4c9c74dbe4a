import type { SourcePlace } from "./code-excerpt.ts";
import type { Dialect } from "./envelope.ts";
import type { JsonObject } from "./json.ts";

/** The canned buffers of a message, and the metadata that seals them. */
export interface CannedPart {
  readonly buffers: readonly Buffer[];
  readonly metadata: JsonObject;
}

/** Messages that code running in a kernel or engine may publish beside its result. */
export type HostMessageType = "display_data" | "update_display_data" | "clear_output" | "stream";

/** The user's variables, as cells see them. */
export interface UserVariables {
  has(name: string): boolean;
  get(name: string): unknown;
  set(name: string, value: unknown): void;
}

/** What a place of a cell's code stands for. */
export interface CellSource {
  readonly lines: readonly string[];
  readonly place: SourcePlace;
}

/**
 * What the kernel or engine offers to library code that runs inside it (`display`, `%px` registration, `publishData`).
 * A plain Node program has none: the library then prints to the terminal.
 */
export interface Host {
  readonly kind: "kernel" | "engine";
  readonly variables: UserVariables;
  /** Publishes under the request that is running, whatever awaits lie between. */
  publish(type: HostMessageType, content: JsonObject): void;
  /** MIME bundle of a value, as the last expression of a cell would show it. */
  mimeBundle(value: unknown): Promise<JsonObject>;
  /**
   * Engines only: sends data to `AsyncResult.data` of the client that waits for the running request.
   * @param message makes the message's canned part for the engine's session: engines load canning only when it is used
   */
  publishData?(message: (session: Dialect) => CannedPart): void;
  /** Kernel only: told of each client that connects, so that the first brings the magics. */
  clientConnected?(client: unknown): void;
  /** Kernel only: makes the magics, or with a suffix a further set of them, run on that view. */
  viewActivated?(view: unknown, suffix: string): void;
  /** Kernel only: a cell of the notebook by its name in stack traces, and a place of the code that ran as one of its text. */
  cellSource?(cell: string, place: SourcePlace): CellSource | undefined;
  /** Imports a module as a cell does. */
  importModule?(specifier: string): Promise<Readonly<Record<string, unknown>>>;
  /** Kernel only: asks the user for a line of text. */
  input?(prompt: string, options: { readonly password: boolean }): Promise<string>;
}

const slot = Symbol.for("tsparallel.host");
type Holder = { [slot]?: Host };

/** The host of this process; found through a global symbol, so that two copies of the package share it. */
export const currentHost = (): Host | undefined => (globalThis as Holder)[slot];

export function installHost(host: Host): void {
  (globalThis as Holder)[slot] = host;
}
