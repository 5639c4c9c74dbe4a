import { optionShapes } from "../../cli/option-shape.ts";
import { program } from "../options.ts";
import { withoutPassword } from "../task-db/mongo/without-password.ts";
import type { Configuration } from "./configure.ts";

/** Options whose values are nobody's business. */
const secrets = new Set(["key", "curveSecretkey"]);

/** Every option with its value and its source; secrets are only said to be there. */
export function describeConfig({ options, origins, profile }: Configuration, asJson: boolean): string {
  const rows = optionShapes(program.options).map(({ key, flag }) => {
    return { key, flag, value: shown(key, options[key as keyof typeof options]), from: origins[key] ?? "default" };
  });
  if (asJson) {
    const described = Object.fromEntries(rows.map(({ key, value, from }) => [key, { value, from }] as const));
    return JSON.stringify({ profileDir: profile, options: described }, undefined, 2);
  }
  const width = Math.max(...rows.map(({ flag }) => flag.length));
  const lines = rows.map(({ flag, value, from }) => {
    const text = value === undefined ? "-" : typeof value === "string" ? value || '""' : JSON.stringify(value);
    return `  --${flag.padEnd(width)}  ${text}${from === "default" ? "" : `  (${from})`}`;
  });
  return [`Profile: ${profile}`, ...lines].join("\n");
}

function shown(key: string, value: unknown): unknown {
  if (secrets.has(key) && value !== undefined) return "***";
  return key === "mongoUrl" ? withoutPassword(String(value)) : value;
}
