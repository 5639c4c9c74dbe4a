import { UsageError } from "../../cli/usage-error.ts";
import type { Magic, MagicRegistry } from "./magic-registry.ts";

/** How type errors of a cell are treated. */
const typecheckModes = ["error", "warn", "off"] as const;
type TypecheckMode = (typeof typecheckModes)[number];

/** What `%config` can set. */
export interface KernelConfig {
  /** `error` refuses the cell, `warn` says so and runs it, `off` does not look. */
  typecheck: TypecheckMode;
}

/**
 * The magics that are there before any Client.
 * @param print writes a line to the cell's output
 */
export function kernelMagics(
  registry: MagicRegistry,
  config: KernelConfig,
  print: (text: string) => void,
): Readonly<Record<"config" | "lsmagic", Magic>> {
  return {
    lsmagic: {
      summary: "Lists the magics.",
      flags: [],
      line: async () => {
        print(listing(registry));
        return undefined;
      },
    },
    config: {
      summary: 'Shows or sets the kernel\'s settings: %config typecheck = "error" | "warn" | "off".',
      flags: typecheckModes.map((mode) => `typecheck = "${mode}"`),
      line: async ({ rest }) => {
        if (rest.trim() === "") print(`typecheck = "${config.typecheck}"`);
        else config.typecheck = readTypecheck(rest);
        return undefined;
      },
    },
  };
}

function listing(registry: MagicRegistry): string {
  const rows = (["line", "cell"] as const).flatMap((kind) =>
    registry.names(kind).map((name) => {
      const typed = `${kind === "line" ? "%" : "%%"}${name}`;
      return `${typed.padEnd(14)} ${registry.get(name)?.summary ?? ""}`;
    }),
  );
  return rows.join("\n");
}

/** @throws {UsageError} naming the settings there are */
function readTypecheck(rest: string): TypecheckMode {
  const [, name, value] = /^\s*(\w+)\s*=\s*["']?(\w*)["']?\s*;?\s*$/.exec(rest) ?? [];
  const mode = typecheckModes.find((each) => each === value);
  if (name === "typecheck" && mode) return mode;
  const choices = typecheckModes.map((each) => `"${each}"`).join(" | ");
  throw new UsageError(`%config ${rest}: the only setting is typecheck = ${choices}.`);
}
