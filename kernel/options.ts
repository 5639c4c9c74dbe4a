import { z } from "zod";
import { packageVersion } from "../cli/package-root.ts";
import type { Program } from "../cli/program.ts";

/** Options of the kernel: Jupyter starts it with `-f {connection_file}`. */
export const kernelOptions = z.strictObject({
  connectionFile: z.string().describe("Jupyter's connection file: ports to listen on, and the key."),
});

export const kernelProgram: Program<typeof kernelOptions> = {
  name: "tsparallel-kernel",
  summary:
    "The Jupyter kernel for TypeScript notebooks. Jupyter starts it; `tsparallel install` tells Jupyter about it.",
  options: kernelOptions,
  aliases: { f: "connectionFile" },
  version: packageVersion,
};
