import { CanningError } from "../canning/canning-error.ts";
import { KnownSources } from "../canning/functions/large-sources.ts";
import { Deferred } from "../protocol/deferred.ts";
import { isJsonObject, type JsonObject } from "../protocol/json.ts";
import type { ServedRequest } from "../runtime/jupyter/served-request.ts";

/** How long a client may take to send what it left out. */
const patienceMs = 10_000;

/**
 * The large sources of functions that clients have sent. A client that knows that this engine has one sends its hash
 * alone. Where the engine has it no more, it asks the client, which has kept it while its request is open:
 *
 *     to the client, on iopub          "sources_wanted"    { hashes: […] }, its parent the request
 *     from the client, on control      "sources_request"   { msg_id of that request, sources: { hash: text } }
 */
export class SourceExchange {
  readonly known = new KnownSources();
  /** Requests that wait for their sources, by id. */
  readonly #waiting = new Map<string, Deferred<void>>();

  /**
   * Resolves when all sources that the request leaves out have been asked for and have come, or will not.
   * @throws {CanningError} when nobody answers
   */
  async fetchMissing(request: ServedRequest): Promise<void> {
    const named = request.content["sources"];
    const hashes = Array.isArray(named) ? named.map(String).filter((hash) => !this.known.has(hash)) : [];
    if (hashes.length === 0) return;
    const id = request.header.msg_id;
    const come = new Deferred<void>();
    this.#waiting.set(id, come);
    const timer = setTimeout(() => come.reject(new CanningError(unanswered)), patienceMs);
    try {
      request.publish({ type: "sources_wanted", content: { hashes } });
      await come.promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
    if (hashes.some((hash) => !this.known.has(hash))) throw new CanningError(unanswered);
  }

  /** Takes a `sources_request`. */
  take({ msg_id: id, sources }: JsonObject): void {
    const texts = Object.values(isJsonObject(sources) ? sources : {});
    for (const text of texts) if (typeof text === "string") this.known.add(text);
    this.#waiting.get(String(id))?.resolve();
  }
}

const unanswered =
  "cannot read a function: the request has only the hash of its source, which this engine does not have, and the client that sent it is gone or has done with it. Send the function again.";
