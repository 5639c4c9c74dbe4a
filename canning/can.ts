import type { UserVariables } from "../protocol/host.ts";
import { CanningError } from "./canning-error.ts";
import type { Codec, CodecName } from "./codecs/codec.ts";
import { unreadable } from "./codecs/head.ts";
import { msgpackCodec } from "./codecs/msgpack-codec.ts";
import { v8Codec } from "./codecs/v8-codec.ts";
import { type RequireModule, requireFromHere } from "./functions/known-modules.ts";
import type { KnownSources, SentSources } from "./functions/large-sources.ts";
import type { Waits } from "./functions/stoppable-code.ts";
import { Lowering } from "./lowering.ts";
import { Raising } from "./raising.ts";

export type { CodecName } from "./codecs/codec.ts";

export interface CanOptions {
  /** Default `v8`. */
  readonly codec?: CodecName;
  /** The notebook's variables: a function's free names among them travel as copies, for engines that have none. */
  readonly variables?: UserVariables;
  /** Collects the large sources of functions, and leaves out those that the receivers have. Without it all are whole. */
  readonly sources?: SentSources;
}

export interface UncanOptions {
  /** As when it was canned; default `v8`. */
  readonly codec?: CodecName;
  /** The engine's variables, which a function's free names mean first. Without them the global object is looked at. */
  readonly variables?: UserVariables;
  /** Whether references become what these variables hold. Without it they arrive as references. */
  readonly resolvesReferences?: boolean;
  /** Keeps large sources of functions, and has those that are left out. Without it none may be. */
  readonly sources?: KnownSources;
  /** How modules that travel by name are loaded; by default `require` from the current folder. */
  readonly requireModule?: RequireModule;
  /** What the awaits of functions await, so that they can be stopped there. Without it they are as they were written. */
  readonly waits?: Waits;
}

const codecs: Record<CodecName, Codec> = { v8: v8Codec, msgpack: msgpackCodec };

/**
 * A value as buffers: `[head, ...frames]`. Arrays above 1 KiB are frames of their own and not copied: they must not be
 * changed until the frames are sent. Functions travel with the variables that they close over.
 * @throws {CanningError} naming what cannot travel, and why
 */
export function can(value: unknown, options: CanOptions = {}): Buffer[] {
  try {
    return codecs[options.codec ?? "v8"].encode(new Lowering(options).payload(value));
  } catch (error) {
    const refusal = tooDeep(error, "cannot send the value");
    if (refusal instanceof CanningError) showSender(refusal);
    throw refusal;
  }
}

/**
 * The value that `can` made buffers of. The buffers are the value's from then on: its arrays lie in them where they
 * can. Never for strangers' buffers: `unseal` checks whose they are.
 * @throws {CanningError} when they are damaged, or name what this process does not have
 * @throws {ReferenceError} when a reference is to be resolved, and there is no such variable
 */
export function uncan(buffers: readonly Buffer[], options: UncanOptions = {}): unknown {
  const raising = new Raising({ requireModule: requireFromHere, ...options });
  const standIn = (index: number) => raising.standIn(index);
  try {
    return raising.value(codecs[options.codec ?? "v8"].decode(buffers, standIn));
  } catch (error) {
    throw unreadable(tooDeep(error, "cannot read a canned value"));
  }
}

/** Of the format that this process writes, and the highest that it reads; engines announce it when they register. */
export const formatVersion = (codec: CodecName): number => codecs[codec].version;

/** The stack's end is reached at some thousand levels of nesting, and V8's serializer ends there too. */
function tooDeep(error: unknown, what: string): unknown {
  const isDepth = error instanceof RangeError && error.message.includes("call stack");
  return isDepth
    ? new CanningError(`${what}: it is nested too deeply; use an array instead of a chain.`, { cause: error })
    : error;
}

/** The walk's own frames, and those of maps, would leave no room for the line that sends. */
function showSender(refusal: CanningError): void {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = stackTraceLimit + 20;
  Error.captureStackTrace(refusal, can);
  Error.stackTraceLimit = stackTraceLimit;
}
