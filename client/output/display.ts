import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { currentHost } from "../../protocol/host.ts";
import type { JsonObject } from "../../protocol/json.ts";
import { type MimeDisplay, mimeDisplay } from "../../protocol/mime-display.ts";

/** Shows contents of known MIME types under the running cell; in a terminal, their text where they have one. */
export interface Display extends MimeDisplay {
  /**
   * Shows a value as the last expression of a cell is shown. Resolves when it is: making a value's picture may take time.
   * A value brings its own pictures by a method `[Symbol.for("Jupyter.display")]` that gives MIME types with contents.
   */
  (value: unknown): Promise<void>;
}

/** Shows rich contents; each call adds a picture. */
export const display: Display = makeDisplay(addPicture);

/** A display of a single place: each call replaces what it showed before. */
export function newDisplay(): Display {
  const id = randomUUID();
  let isShown = false;
  return makeDisplay((data) => {
    const type = isShown ? "update_display_data" : "display_data";
    isShown = true;
    const host = currentHost();
    if (host) host.publish(type, { data, metadata: {}, transient: { display_id: id } });
    else print(data);
  });
}

type Publish = (data: JsonObject) => void;

function addPicture(data: JsonObject): void {
  const host = currentHost();
  if (host) host.publish("display_data", { data, metadata: {}, transient: {} });
  else print(data);
}

function makeDisplay(publish: Publish): Display {
  const show = async (value: unknown): Promise<void> => {
    const host = currentHost();
    publish(host ? await host.mimeBundle(value) : { "text/plain": inspect(value) });
  };
  return Object.assign(show, mimeDisplay(publish));
}

/** Types that a terminal can show as they are, the best first. */
const readable = ["text/plain", "text/markdown", "text/latex"];

function print(data: JsonObject): void {
  const type = readable.find((candidate) => typeof data[candidate] === "string");
  console.log(type === undefined ? `<${Object.keys(data).join(", ")}>` : data[type]);
}
