import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { currentHost } from "../../protocol/host.ts";
import type { JsonObject } from "../../protocol/json.ts";

/** Shows contents of known MIME types under the running cell; in a terminal, their text where they have one. */
export interface Display {
  /**
   * Shows a value as the last expression of a cell is shown. Resolves when it is: making a value's picture may take time.
   * A value brings its own pictures by a method `[Symbol.for("Jupyter.display")]` that gives MIME types with contents.
   */
  (value: unknown): Promise<void>;
  javascript(code: string): void;
  html(code: string): void;
  markdown(text: string): void;
  latex(text: string): void;
  svg(code: string): void;
  png(bytes: Uint8Array): void;
  jpeg(bytes: Uint8Array): void;
  gif(bytes: Uint8Array): void;
  pdf(bytes: Uint8Array): void;
  text(text: string): void;
  /** @param content bytes are shown as what the type says, text as it is */
  raw(mimeType: string, content: string | Uint8Array): void;
}

/** Shows rich contents; each call adds a picture. */
export const display: Display = makeDisplay(addPicture);

/** A display of a single place: each call replaces what it showed before. */
export function newDisplay(): Display {
  const id = randomUUID();
  let isShown = false;
  return makeDisplay((data, metadata) => {
    const type = isShown ? "update_display_data" : "display_data";
    isShown = true;
    const host = currentHost();
    if (host) host.publish(type, { data, metadata, transient: { display_id: id } });
    else print(data);
  });
}

type Publish = (data: JsonObject, metadata: JsonObject) => void;

function addPicture(data: JsonObject, metadata: JsonObject): void {
  const host = currentHost();
  if (host) host.publish("display_data", { data, metadata, transient: {} });
  else print(data);
}

function makeDisplay(publish: Publish): Display {
  const raw: Display["raw"] = (mimeType, content) => {
    const text = typeof content === "string" ? content : Buffer.from(content).toString("base64");
    publish({ [mimeType]: text }, {});
  };
  const show = async (value: unknown): Promise<void> => {
    const host = currentHost();
    publish(host ? await host.mimeBundle(value) : { "text/plain": inspect(value) }, {});
  };
  return Object.assign(show, {
    raw,
    javascript: (code: string) => raw("text/javascript", code),
    html: (code: string) => raw("text/html", code),
    markdown: (text: string) => raw("text/markdown", text),
    latex: (text: string) => raw("text/latex", text),
    svg: (code: string) => raw("image/svg+xml", code),
    png: (bytes: Uint8Array) => raw("image/png", bytes),
    jpeg: (bytes: Uint8Array) => raw("image/jpeg", bytes),
    gif: (bytes: Uint8Array) => raw("image/gif", bytes),
    pdf: (bytes: Uint8Array) => raw("application/pdf", bytes),
    text: (text: string) => raw("text/plain", text),
  });
}

/** Types that a terminal can show as they are, the best first. */
const readable = ["text/plain", "text/markdown", "text/latex"];

function print(data: JsonObject): void {
  const type = readable.find((candidate) => typeof data[candidate] === "string");
  console.log(type === undefined ? `<${Object.keys(data).join(", ")}>` : data[type]);
}
