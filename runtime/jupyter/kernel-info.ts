import type { JsonObject } from "../../protocol/json.ts";

export interface KernelDescription {
  /** Program that answers, for example `tsparallel`. */
  readonly implementation: string;
  readonly version: string;
  readonly banner: string;
}

/** Content of `kernel_info_reply` (Jupyter messaging 5.4), the same for kernel and engines. */
export function kernelInfo({ implementation, version, banner }: KernelDescription): JsonObject {
  return {
    status: "ok",
    protocol_version: "5.4",
    implementation,
    implementation_version: version,
    language_info: {
      name: "typescript",
      version: process.versions.node,
      mimetype: "text/typescript",
      file_extension: ".ts",
      pygments_lexer: "typescript",
      codemirror_mode: { name: "javascript", typescript: true },
      nbconvert_exporter: "script",
    },
    banner,
    debugger: false,
    help_links: [{ text: "TypeScript", url: "https://www.typescriptlang.org/docs/" }],
    supported_features: [],
  };
}
