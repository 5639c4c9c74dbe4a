import type { JsonObject } from "../../protocol/json.ts";

/** Which session entries say they belong to: Jupyter counts sessions from 1, negative and 0 mean the present one. */
const session = 1;
/** Cells remembered at most; the oldest make room. */
const mostCells = 10_000;

interface Entry {
  readonly line: number;
  readonly input: string;
}

/** The cells of this session (Jupyter messaging 5.4, "History"). */
export class History {
  readonly #entries: Entry[] = [];

  add(line: number, input: string): void {
    this.#entries.push({ line, input });
    if (this.#entries.length > mostCells) this.#entries.shift();
  }

  /** Content of the reply to a `history_request`. Outputs are not kept: an entry has `null` for it. */
  answer(content: JsonObject): JsonObject {
    const withOutput = content["output"] === true;
    const history = this.#select(content).map(({ line, input }) => [session, line, withOutput ? [input, null] : input]);
    return { status: "ok", history };
  }

  #select(content: JsonObject): readonly Entry[] {
    switch (content["hist_access_type"]) {
      case "range":
        return this.#range(content);
      case "search":
        return this.#search(content);
      default:
        return this.#entries.slice(-count(content["n"]));
    }
  }

  #range({ start, stop, session: wanted }: JsonObject): readonly Entry[] {
    if (typeof wanted === "number" && wanted > session) return [];
    const from = typeof start === "number" ? start : 0;
    const to = typeof stop === "number" ? stop : Number.POSITIVE_INFINITY;
    return this.#entries.filter(({ line }) => line >= from && line < to);
  }

  #search({ pattern, unique, n }: JsonObject): readonly Entry[] {
    const glob = globPattern(typeof pattern === "string" && pattern !== "" ? pattern : "*");
    const found = this.#entries.filter(({ input }) => glob.test(input));
    const kept = unique === true ? [...new Map(found.map((entry) => [entry.input, entry])).values()] : found;
    return kept.slice(-count(n));
  }
}

/** `slice(-count)` of nothing given is everything. */
const count = (n: unknown): number => (typeof n === "number" && n > 0 ? n : mostCells);

/** `*` and `?` as in file names. */
function globPattern(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", "[\\s\\S]*").replaceAll("?", "[\\s\\S]")}$`);
}
