import type { JsonObject } from "../../protocol/json.ts";

/** A request that the hub cannot grant: becomes an error reply under an exception's name that Python knows. */
export class Refusal extends Error {
  override name = "Refusal";
  readonly ename: string;

  constructor(ename: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.ename = ename;
  }

  /** Error content (wire protocol §2.4). A KeyError's text is quoted, as Python prints it. */
  get content(): JsonObject {
    const evalue = this.ename === "KeyError" ? pythonString(this.message) : this.message;
    return { status: "error", ename: this.ename, evalue, traceback: [], engine_info: {} };
  }
}

/** A string as Python's `repr` writes it. */
export function pythonString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return `${quote}${quote === "'" ? escaped.replaceAll("'", "\\'") : escaped}${quote}`;
}

/** Strings and numbers as Python's `repr` writes a list of them. */
export function pythonList(items: readonly (string | number)[]): string {
  return `[${items.map((item) => (typeof item === "number" ? String(item) : pythonString(item))).join(", ")}]`;
}
