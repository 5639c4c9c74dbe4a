import { constants, Script } from "node:vm";
import type { CodeRecord } from "../records.ts";
import { stoppableCode, type Waits, waitsName } from "./stoppable-code.ts";

/** Gives the names that the code has around it; called when all values are there. */
export type Bind = (values: readonly unknown[]) => void;
/** Makes a function anew, in a scope of its own with variables of these values. */
type Make = (...initial: readonly unknown[]) => [made: object, bind?: Bind];

/** What goes around the source of a function so that it is found in the scope it needs. */
interface Surroundings {
  readonly record: CodeRecord;
  /** Variables of the scope around it. */
  readonly names: readonly string[];
  /** Holds the variables that it shares with other functions, as properties; they cost a lookup at every use. */
  readonly shared: object | undefined;
  /** What its awaits await; without them they are as they were written. */
  readonly waits: Waits | undefined;
}

/** Gives what makes functions of one compiled code. */
type Factory = (shared: object | undefined, waits: Waits | undefined) => Make;

/** Compiled code by its text and place: the same function arrives with every task of a map. */
const compiled = new Map<string, Factory>();
const mostCompiled = 500;

/**
 * Compiles a function where it was written: stack traces show that file, line and column. All functions made from one
 * compiled code share what V8 learns about it, so the ten thousandth call of a task runs optimised.
 */
export function makeFunction(surroundings: Surroundings, initial: readonly unknown[]): ReturnType<Make> {
  const { record, shared, waits } = surroundings;
  const [before, after] = wrapping(surroundings);
  const { filename, line, column } = record.place;
  const isStoppable = waits !== undefined && !record.text.includes(waitsName);
  const key = [isStoppable, filename, line, column, before, record.text, after].join("\0");
  const factory =
    compiled.get(key) ??
    compile(before + record.text + after, { filename, line, column: column - before.length }, isStoppable);
  compiled.delete(key);
  compiled.set(key, factory);
  if (compiled.size > mostCompiled) compiled.delete(compiled.keys().next().value ?? "");
  return factory(shared, waits)(...initial);
}

function compile(code: string, place: CodeRecord["place"], isStoppable: boolean): Factory {
  const { filename, line, column } = place;
  const script = new Script(isStoppable ? stoppableCode(code, place) : code, {
    filename,
    lineOffset: line,
    columnOffset: column,
    // Only where it is used: with it, each script is kept for as long as the process runs.
    ...(code.includes("import(") && { importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER }),
  });
  return script.runInThisContext() as Factory;
}

/** All of it on the first line, or the lines after it would be counted wrong. */
function wrapping({ record, names, shared }: Surroundings): [before: string, after: string] {
  const [beforeText, afterText] = expression(record);
  const list = names.join(",");
  const strict = record.isStrict ? '"use strict";' : "";
  const bind = names.length > 0 ? `,function(){[${list}]=arguments[0]}` : "";
  // Sloppy around, as `with` asks for; the function inside may be strict all the same.
  const [opening, closing] = shared ? ["with($tsparallelShared){", "}"] : ["", ""];
  return [
    `(function($tsparallelShared,${waitsName}){${opening}return function(${list}){${strict}return[${beforeText}`,
    `${afterText}${bind}]}${closing}})`,
  ];
}

/** A function without a name of its own takes the name of the key beside which it stands. */
function expression({ form, name, ownName }: CodeRecord): [before: string, after: string] {
  if (form === "method") return ["({", `})[${JSON.stringify(ownName ?? "")}]`];
  if (ownName !== undefined || name === "") return ["(", ")"];
  const key = `[${JSON.stringify(name)}]`;
  return [`({${key}:`, `})${key}`];
}
