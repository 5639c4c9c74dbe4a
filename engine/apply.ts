import { type CanOptions, can } from "../canning/can.ts";
import { CanningError, MissingModule } from "../canning/canning-error.ts";
import { withOwnFrames } from "../canning/lent-frames.ts";
import { codecOf, seal, unseal } from "../canning/seal.ts";
import type { Dialect } from "../protocol/envelope.ts";
import { ExitRequest } from "../runtime/evaluate/exit-request.ts";
import type { Namespace } from "../runtime/evaluate/namespace.ts";
import { requestWaits } from "../runtime/evaluate/request-waits.ts";
import type { Reply } from "../runtime/jupyter/handlers.ts";
import type { ServedRequest } from "../runtime/jupyter/served-request.ts";
import type { SourceExchange } from "./source-exchange.ts";

/** The request was made for another language's engine. */
class NotImplementedError extends Error {
  override name = "NotImplementedError";
}

/** Another engine may be able to run the call. */
class UnmetDependency extends Error {
  override name = "UnmetDependency";
}

/** What an `apply_request` of our client asks for, by `content.operation`. */
const operations = {
  call: async (value: unknown): Promise<unknown> => {
    const { fn, args } = value as { fn: unknown; args: readonly unknown[] };
    if (typeof fn !== "function") throw new TypeError("What is to be applied is not a function.");
    try {
      return (await Reflect.apply(fn, undefined, args)) as unknown;
    } catch (error) {
      if (error instanceof ExitRequest) return undefined;
      throw error;
    }
  },
  push: (values: unknown, namespace: Namespace): unknown => {
    for (const [name, value] of Object.entries(values as Record<string, unknown>)) namespace.set(name, value);
    return undefined;
  },
  pull: (names: unknown, namespace: Namespace): unknown =>
    (names as readonly string[]).map((name) => {
      if (!namespace.has(name)) throw new ReferenceError(`${name} is not defined`);
      return namespace.get(name);
    }),
};

/** What a request is served with. */
export interface ApplyParts {
  readonly namespace: Namespace;
  readonly session: Dialect;
  readonly sources: SourceExchange;
  /** Whether a reply's large arrays may stay the user's memory until it is sent. */
  readonly mayLend: boolean;
}

/**
 * Serves `apply_request`: calls a function, sets or gets variables. Loaded with the first such request.
 * @throws what the function throws; {ReferenceError} when a reference names no variable; {CanningError} when the
 * request cannot be read or the result cannot travel
 */
export async function apply(request: ServedRequest, parts: ApplyParts): Promise<Reply> {
  const { content } = request;
  request.throwIfInterrupted();
  if (content["canning"] === undefined)
    throw new NotImplementedError(
      "This engine runs TypeScript: it cannot call a Python function. Send it code with execute(), or choose Python engines as targets.",
    );
  const operation = operations[(content["operation"] ?? "call") as keyof typeof operations];
  if (!operation) throw new TypeError(`This engine knows no operation "${String(content["operation"])}".`);
  if (content["sources"] !== undefined) await parts.sources.fetchMissing(request);
  return cannedReply(await operation(received(request, parts), parts.namespace), parts);
}

function received({ content, buffers }: ServedRequest, { namespace, session, sources }: ApplyParts): unknown {
  const { require: requireModule } = namespace.modules;
  const here = { variables: namespace, requireModule, resolvesReferences: true, waits: requestWaits };
  try {
    return unseal(buffers, content, session.signer, { ...here, sources: sources.known });
  } catch (error) {
    // The function that would look for its modules holds one of them itself.
    if (error instanceof MissingModule && content["requires"] === true)
      throw new UnmetDependency(error.message, { cause: error });
    throw error;
  }
}

function cannedReply(result: unknown, { namespace, session, mayLend }: ApplyParts): Reply {
  const codec = codecOf(session);
  const frames = canned(result, { codec, variables: namespace });
  const buffers = mayLend ? withOwnFrames(frames) : withOwnFrames(frames, Number.POSITIVE_INFINITY);
  return { content: {}, buffers, metadata: { canning: seal(buffers, session.signer, codec) } };
}

function canned(result: unknown, options: CanOptions): Buffer[] {
  try {
    return can(result, options);
  } catch (cause) {
    if (!(cause instanceof CanningError)) throw cause;
    throw new CanningError(`The result cannot travel back: ${cause.message}`, { cause });
  }
}
