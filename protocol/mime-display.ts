import type { JsonObject } from "./json.ts";

/** Shows contents of known MIME types. The methods are those of tslab's `display`. */
export interface MimeDisplay {
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

/** @param show publishes a MIME bundle */
export function mimeDisplay(show: (bundle: JsonObject) => void): MimeDisplay {
  const raw: MimeDisplay["raw"] = (mimeType, content) =>
    show({ [mimeType]: typeof content === "string" ? content : Buffer.from(content).toString("base64") });
  return {
    raw,
    javascript: (code) => raw("text/javascript", code),
    html: (code) => raw("text/html", code),
    markdown: (text) => raw("text/markdown", text),
    latex: (text) => raw("text/latex", text),
    svg: (code) => raw("image/svg+xml", code),
    png: (bytes) => raw("image/png", bytes),
    jpeg: (bytes) => raw("image/jpeg", bytes),
    gif: (bytes) => raw("image/gif", bytes),
    pdf: (bytes) => raw("application/pdf", bytes),
    text: (text) => raw("text/plain", text),
  };
}
