import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** A file to install: its path below the data folder, and what it holds. */
export interface PlannedFile {
  readonly path: string;
  readonly content: string | Buffer;
}

/** The kernel's specification. Node's internals are needed to interrupt a cell without losing the kernel. */
export function kernelSpec(node: string, kernelProgram: string) {
  return {
    argv: [node, "--expose-internals", kernelProgram, "-f", "{connection_file}"],
    display_name: "TypeScript (parallel)",
    language: "typescript",
    interrupt_mode: "message",
    // glibc gives each of the kernel's threads a heap of its own: 30 MB that nobody uses, and still 10 to 20 with two.
    env: { MALLOC_ARENA_MAX: "1" },
    metadata: { debugger: false },
  };
}

/**
 * Everything that `tsparallel install` puts into Jupyter's data folder: the kernel and the panel.
 * @throws when the package is not built
 */
export function plannedFiles(packageRoot: string, node: string): readonly PlannedFile[] {
  const kernelProgram = join(packageRoot, "dist", "kernel", "main.js");
  const panel = join(packageRoot, "dist", "panel");
  for (const path of [kernelProgram, join(panel, "package.json")]) {
    if (!existsSync(path)) throw new Error(`${path} is missing: run \`npm run build\` in ${packageRoot} first.`);
  }
  const kernel = join("kernels", "tsparallel");
  const extension = join("labextensions", "tsparallel");
  return [
    { path: join(kernel, "kernel.json"), content: json(kernelSpec(node, kernelProgram)) },
    { path: join(kernel, "logo-svg.svg"), content: readFileSync(join(packageRoot, "style", "logo.svg")) },
    ...filesBelow(panel).map((file) => ({ path: join(extension, relative(panel, file)), content: readFileSync(file) })),
    {
      path: join(extension, "install.json"),
      content: json({
        packageManager: "npm",
        packageName: "tsparallel",
        uninstallInstructions: "Run `tsparallel uninstall` with the options it was installed with.",
      }),
    },
  ];
}

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "install.json")
    .map((entry) => join(entry.parentPath, entry.name));
}
