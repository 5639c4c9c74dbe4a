import type { JsonObject } from "../../protocol/json.ts";
import type { Reply, ShellHandlers } from "../../runtime/jupyter/handlers.ts";
import type { ServedRequest } from "../../runtime/jupyter/served-request.ts";
import type { TypeService } from "../../runtime/types/type-service.ts";
import { completeMagic, inspectMagic } from "../magics/complete-magic.ts";
import type { MagicRegistry } from "../magics/magic-registry.ts";
import { splitCell } from "../magics/split-cell.ts";
import { typedRegion } from "../magics/typed-region.ts";
import { cursorOfOffset, offsetOfCursor } from "./cursor.ts";

/** An editor that waits longer shows nothing anyway; and the requests behind this one wait too. */
const patienceMs = 3000;
/** Candidates given at most: all globals are more than anybody reads. */
const mostCandidates = 500;

/** Answers what an editor asks about code: completion, documentation, whether it is complete. */
export class LanguageRequests {
  readonly #types: TypeService;
  readonly #magics: MagicRegistry;

  constructor(types: TypeService, magics: MagicRegistry) {
    this.#types = types;
    this.#magics = magics;
  }

  /** By type of request. */
  readonly handlers: ShellHandlers = {
    complete_request: (request) => this.#complete(request),
    inspect_request: (request) => this.#inspect(request),
    is_complete_request: (request) => this.#isComplete(request),
  };

  /** Type and documentation of the name before or at that place, or what a magic does; `undefined` where nothing is. */
  async documentation(code: string, offset: number): Promise<string | undefined> {
    const magic = inspectMagic(this.#magics, code, offset);
    if (magic !== undefined) return magic;
    const { state, source } = this.#region(code, offset);
    // Behind an opening bracket the function is meant, at the end of a name that name.
    const name = /[\p{ID_Continue}$]+\s*\(?\s*$/u.exec(source.slice(0, offset));
    for (const at of [offset, ...(name ? [name.index] : [])]) {
      const found = await withinPatience((signal) => this.#types.inspect(state, source, at, signal));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async #complete({ content }: ServedRequest): Promise<Reply> {
    const { code, offset } = cursorIn(content);
    const nothing = { start: offset, end: offset, candidates: [] };
    const { start, end, candidates } =
      completeMagic(this.#magics, code, offset) ?? (await this.#completeCode(code, offset)) ?? nothing;
    const typed = code.slice(start, end);
    const matches = candidates.filter((name) => typed.startsWith("_") || !name.startsWith("__"));
    return {
      content: {
        matches: matches.slice(0, mostCandidates),
        cursor_start: cursorOfOffset(code, start),
        cursor_end: cursorOfOffset(code, end),
        metadata: {},
      },
    };
  }

  async #completeCode(code: string, offset: number) {
    const { state, source } = this.#region(code, offset);
    return withinPatience((signal) => this.#types.complete(state, source, offset, signal));
  }

  async #inspect({ content }: ServedRequest): Promise<Reply> {
    const { code, offset } = cursorIn(content);
    const found = await this.documentation(code, offset);
    return {
      content: {
        found: found !== undefined,
        data: found === undefined ? {} : { "text/plain": found },
        metadata: {},
      },
    };
  }

  async #isComplete({ content }: ServedRequest): Promise<Reply> {
    const code = String(content["code"] ?? "");
    const split = splitCell(
      code,
      (name) => this.#magics.isLineMagic(name),
      () => "0;",
    );
    if (split.kind === "cell-magic")
      return { content: /\n\s*\n$|\n\s*$/.test(split.body) && split.body.trim() !== "" ? complete : goesOn("") };
    const indent = await withinPatience((signal) => this.#types.continuation(split.source, signal));
    return { content: indent === undefined ? complete : goesOn(indent) };
  }

  #region(code: string, offset: number) {
    return typedRegion(code, offset, (name) => this.#magics.isLineMagic(name));
  }
}

const complete: JsonObject = { status: "complete", indent: "" };
const goesOn = (indent: string): JsonObject => ({ status: "incomplete", indent });

function cursorIn(content: JsonObject): { readonly code: string; readonly offset: number } {
  const code = String(content["code"] ?? "");
  const cursor = content["cursor_pos"];
  return { code, offset: typeof cursor === "number" ? offsetOfCursor(code, cursor) : code.length };
}

/** `undefined` where no answer comes in time. */
async function withinPatience<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
  const patience = AbortSignal.timeout(patienceMs);
  try {
    return await ask(patience);
  } catch (error) {
    if (patience.aborted && error === patience.reason) return undefined;
    throw error;
  }
}
