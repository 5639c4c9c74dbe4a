import { type OptionShape, optionShapes } from "../option-shape.ts";
import type { Program } from "../program.ts";

export interface TemplateOptions {
  /** Type of the options, and the module that declares it. */
  readonly type: string;
  readonly module: string;
  /** Options that make sense on a command line only. */
  readonly without: readonly string[];
}

/** A TypeScript configuration file in which every option stands as a comment, with its meaning and its default. */
export function configTemplate(program: Program, { type, module, without }: TemplateOptions): string {
  const shapes = optionShapes(program.options).filter(({ key }) => !without.includes(key));
  const groups = Object.entries(program.groups ?? { Options: shapes.map(({ key }) => key) });
  const sections = groups.map(([heading, keys]) =>
    section(
      heading,
      shapes.filter(({ key }) => keys.includes(key)),
    ),
  );
  return [
    `// Options of ${program.name} for this profile. The command line and the environment stand above them.`,
    "// Take the two slashes away in front of those that you set.",
    `import type { ${type} } from "${module}";`,
    "",
    "export const config = {",
    sections.filter((lines) => lines.length > 0).join("\n\n"),
    `} satisfies ${type};`,
    "",
  ].join("\n");
}

const section = (heading: string, shapes: readonly OptionShape[]): string =>
  shapes.length === 0 ? "" : [`  // --- ${heading} ---`, ...shapes.map(entry)].join("\n");

const entry = ({ key, description, default: value }: OptionShape): string =>
  `\n  // ${description}\n  // ${key}: ${JSON.stringify(value) ?? "undefined"},`;
