import { join } from "node:path";
import { expect, test } from "vitest";
import { type OptionShape, optionShapes } from "../../cli/option-shape.ts";
import { program } from "../../controller/options.ts";

const page = join(import.meta.dirname, "..", "..", "docs", "ipcontroller-options.md");

const cell = (text: string): string => text.replaceAll("|", "\\|");

function row({ key, flag, kind, placeholder, description, default: value }: OptionShape): string {
  const traits = Object.entries(program.traits).filter(([, meaning]) => meaning === key);
  const names = traits.map(([trait]) => `\`${trait}\``).join(", ");
  const isOn = kind === "flag" && value === true;
  const written = `\`--${isOn ? "no-" : ""}${flag}${kind === "flag" ? "" : ` ${placeholder}`}\``;
  const shown = value === undefined || value === "" ? "" : `\`${JSON.stringify(value)}\``;
  return `| ${[`\`${key}\``, written, shown, description, names].map(cell).join(" | ")} |`;
}

function section(heading: string, keys: readonly string[]): string {
  const rows = optionShapes(program.options).filter(({ key }) => keys.includes(key));
  return `## ${heading}

| in a file | on the command line | default | meaning | ipyparallel's trait |
|---|---|---|---|---|
${rows.map(row).join("\n")}
`;
}

test("the page of the controller's options says what the program says (renew it with `vitest run -u`)", async () => {
  const sections = Object.entries(program.groups).map(([heading, keys]) => section(heading, keys));
  const text = `# Options of ipcontroller

How they are given, and which source wins: [configuration](configuration.md). This page is made from the program's own options.

${sections.join("\n")}`;
  await expect(text).toMatchFileSnapshot(page);
});

test("every option stands under a heading", () => {
  const grouped: readonly string[] = Object.values(program.groups).flat();
  expect(optionShapes(program.options).filter(({ key }) => !grouped.includes(key))).toEqual([]);
});
