import { can } from "../../canning/can.ts";
import type { SentSources } from "../../canning/functions/large-sources.ts";
import { withOwnFrames } from "../../canning/lent-frames.ts";
import { codecOf, seal, unseal } from "../../canning/seal.ts";
import type { Dialect } from "../../protocol/envelope.ts";
import { currentHost, type UserVariables } from "../../protocol/host.ts";
import type { JsonObject } from "../../protocol/json.ts";
import type { Message } from "../../protocol/session.ts";
import type { Signer } from "../../protocol/signature.ts";
import { requiredNames } from "../dependencies/conditional.ts";
import { requireFunction } from "../functions/require-function.ts";

/** What an `apply_request` does on an engine. */
export type Operation = "call" | "push" | "pull";

/**
 * The part of an `apply_request` that is the same for all its engines: canned once, its frames shared. The seal stands in
 * the content, which a hub that submits a task again keeps; metadata it does not.
 */
export interface CannedCall {
  readonly buffers: readonly Buffer[];
  readonly content: JsonObject;
  /** Large sources of its functions, by hash: engines may ask for those that were left out. */
  readonly sources?: ReadonlyMap<string, string>;
}

/** How something is canned for engines. */
export interface CallTerms {
  readonly session: Dialect;
  /** Without it all sources are sent whole. */
  readonly sources?: SentSources;
}

/**
 * @param value `{ fn, args }` for a call, `{ name: value }` for a push, names for a pull
 * @throws {CanningError} when something in it cannot travel
 * @throws {TypeError} when what is to be called is no function
 */
export function cannedCall(value: unknown, operation: Operation, { session, sources }: CallTerms): CannedCall {
  const codec = codecOf(session);
  if (operation === "call") requireFunction((value as Call).fn);
  const required = operation === "call" ? namesRequiredBy(value as Call) : [];
  const variables = withoutNames(currentHost()?.variables, required);
  const buffers = withOwnFrames(can(value, { codec, ...(variables && { variables }), ...(sources && { sources }) }));
  const content = {
    canning: seal(buffers, session.signer, codec),
    operation: operation === "call" ? undefined : operation,
    requires: required.length > 0 ? true : undefined,
    sources: sources && sources.leftOut.size > 0 ? [...sources.leftOut] : undefined,
  };
  return sources && sources.texts.size > 0 ? { buffers, content, sources: sources.texts } : { buffers, content };
}

interface Call {
  readonly fn: unknown;
  readonly args: readonly unknown[];
}

/** By the function, or by the one that a chunk of a map is to call. */
const namesRequiredBy = ({ fn, args }: Call): readonly string[] => [...requiredNames(fn), ...requiredNames(args[0])];

/** What is set on the engine first must not be settled with the notebook's value when the function arrives. */
function withoutNames(variables: UserVariables | undefined, names: readonly string[]): UserVariables | undefined {
  if (!variables || names.length === 0) return variables;
  return {
    has: (name) => !names.includes(name) && variables.has(name),
    get: (name) => variables.get(name),
    set: (name, value) => variables.set(name, value),
  };
}

/**
 * The value that a reply or a `data_message` carries.
 * @throws {CanningError} when it was tampered with or cannot be decoded
 */
export function cannedValue(message: Pick<Message, "buffers" | "metadata">, signer: Signer): unknown {
  const variables = currentHost()?.variables;
  return unseal(message.buffers, message.metadata, signer, variables ? { variables } : {});
}
