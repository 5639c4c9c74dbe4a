import { KnownSources, SentSources } from "../../canning/functions/large-sources.ts";
import type { EngineUuid } from "../../protocol/ids.ts";
import type { JsonObject } from "../../protocol/json.ts";
import type { Message } from "../../protocol/session.ts";

/** A source is sent again when so many others have been remembered for its engine. */
const mostRemembered = 1000;

/** Which large sources of functions the engines have: they answered a request that brought them. */
export class EngineSources {
  readonly #known = new Map<EngineUuid, Set<string>>();
  /** Of requests that have ended, for when they are submitted again. */
  readonly #texts = new KnownSources();

  /** @param receivers the engines of which any may get the message */
  sentTo(receivers: () => readonly EngineUuid[]): SentSources {
    return new SentSources((hash) => {
      const engines = receivers();
      return engines.length > 0 && engines.every((engine) => this.#known.get(engine)?.has(hash));
    });
  }

  /** @param sources texts by hash */
  confirm(engine: EngineUuid, sources: ReadonlyMap<string, string>): void {
    const known = this.#known.get(engine) ?? new Set();
    this.#known.set(engine, known);
    if (known.size > mostRemembered) known.clear();
    for (const [hash, text] of sources) {
      known.add(hash);
      if (!this.#texts.has(hash)) this.#texts.add(text);
    }
  }

  engineLost(engine: EngineUuid): void {
    this.#known.delete(engine);
  }

  /**
   * What to answer a `sources_wanted` with: texts, as far as they are known.
   * @param own the request's, by hash
   */
  answer({ parent, content }: Message, own?: ReadonlyMap<string, string>): JsonObject {
    const { hashes } = content;
    const wanted = Array.isArray(hashes) ? hashes.map(String) : [];
    const found = wanted.map((hash): [string, string | undefined] => [hash, own?.get(hash) ?? this.#texts.get(hash)]);
    return { msg_id: parent?.msg_id, sources: Object.fromEntries(found) };
  }
}
