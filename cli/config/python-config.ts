import { logicalLines } from "./python-lines.ts";
import { NotLiteral, parsePythonLiteral } from "./python-literal.ts";

/** `c.Class.trait = value` in a configuration file. */
export interface Assignment {
  /** `Class.trait`. */
  readonly trait: string;
  readonly value: unknown;
}

export interface PythonConfig {
  readonly assignments: readonly Assignment[];
  /** What stands in the file and was not understood, by line. */
  readonly warnings: readonly string[];
}

const assignment = /^(?:c|get_config\(\))\.((?:[A-Z]\w*\.)+[a-z_]\w*)\s*=(?!=)\s*([\s\S]*)$/;
/** What sets nothing by itself. */
const harmless =
  /^(?:c\s*=\s*get_config\(\)|(?:import|from)\s.*|pass|[rRuU]?(?:"""[\s\S]*"""|'''[\s\S]*'''))(?:\s*#.*)?$/;

/** Reads what a Python configuration file says in literals; nothing in it is run. */
export function readPythonConfig(source: string): PythonConfig {
  const assignments: Assignment[] = [];
  const warnings: string[] = [];
  for (const { text, line, isIndented } of logicalLines(source.replaceAll("\r\n", "\n"))) {
    // The line above it, which it belongs to, has been warned about.
    if (isIndented || harmless.test(text)) continue;
    const read = readAssignment(text);
    if (typeof read === "string") warnings.push(`line ${line}: ${read}: ignored`);
    else assignments.push(read);
  }
  return { assignments, warnings };
}

/** @returns why there is none, if so */
function readAssignment(text: string): Assignment | string {
  const [, trait, literal] = assignment.exec(text) ?? [];
  if (trait === undefined || literal === undefined) return "this is not c.Class.trait = a literal";
  try {
    return { trait, value: parsePythonLiteral(literal) };
  } catch (error) {
    if (error instanceof NotLiteral) return `the value of c.${trait} is not a literal (${error.message})`;
    throw error;
  }
}
