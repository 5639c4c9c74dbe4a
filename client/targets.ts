import { type EngineId, engineId } from "../protocol/ids.ts";
import type { EngineDirectory } from "./engine-directory.ts";
import { EngineError, NoEnginesRegistered } from "./errors/failures.ts";

/**
 * Which engines: `"all"` follows joins and losses; everything else names engines that there are now. An id, negative
 * from the end; ids; a slice of the list of ids as Python writes it (`"::2"`, `"1:3"`); or a language (`"python"`).
 */
export type Targets = "all" | number | readonly number[] | (string & {});

/** Targets as a view keeps them: a single engine is a number, so that its results are values. */
export type FixedTargets = "all" | EngineId | readonly EngineId[];

/**
 * @param targets left out: all engines that there are now
 * @throws {NoEnginesRegistered} when there are none at all
 * @throws {RangeError} when an engine is not there, or the text names none
 */
export function fixTargets(targets: Targets | undefined, engines: EngineDirectory): FixedTargets {
  if (targets === "all") return "all";
  if (engines.size === 0) throw new NoEnginesRegistered();
  if (targets === undefined) return engines.ids;
  if (typeof targets === "number") return engineAt(targets, engines);
  if (typeof targets !== "string") return targets.map((target) => engineAt(target, engines));
  return targets.includes(":") ? slice(targets, engines.ids) : speaking(targets, engines);
}

/**
 * The engines meant now.
 * @throws {NoEnginesRegistered} when there are none
 * @throws {RangeError} when there are, and none of them is meant
 * @throws {EngineError} naming one that is gone
 */
export function recipients(targets: FixedTargets, engines: EngineDirectory): readonly EngineId[] {
  const ids = targets === "all" ? engines.ids : typeof targets === "number" ? [targets] : targets;
  if (ids.length === 0 && engines.size > 0) throw new RangeError(`The targets name no engine. ${presence(engines)}.`);
  if (ids.length === 0) throw new NoEnginesRegistered();
  const gone = ids.find((id) => engines.uuid(id) === undefined);
  if (gone === undefined) return ids;
  const evalue = `engine ${gone} is gone: ${presence(engines)}. A view on "all" follows the engines that there are.`;
  throw new EngineError({ ename: "EngineError", evalue, traceback: [], method: "view" }, evalue);
}

/** As the manual shows them: `all`, `[0, 2]`, or `1`. */
export const showTargets = (targets: FixedTargets): string =>
  typeof targets === "object" ? `[${targets.join(", ")}]` : String(targets);

function engineAt(target: number, engines: EngineDirectory): EngineId {
  const id = target < 0 ? engines.ids.at(target) : engineId(target);
  if (id === undefined || engines.uuid(id) === undefined)
    throw new RangeError(`No such engine: ${target}. ${presence(engines)}.`);
  return id;
}

function speaking(language: string, engines: EngineDirectory): readonly EngineId[] {
  const ids = engines.ids.filter((id) => engines.language(id) === language);
  if (ids.length > 0) return ids;
  throw new RangeError(
    `No engines "${language}": name engines as "all", an id, ids, a slice such as "::2", or a language they run. ${presence(engines)}.`,
  );
}

/** `start:stop:step` over a list, as Python slices it. */
function slice(text: string, ids: readonly EngineId[]): readonly EngineId[] {
  const parts = /^\s*(-?\d*)\s*:\s*(-?\d*)\s*(?::\s*(-?\d*)\s*)?$/.exec(text);
  const step = number(parts?.[3]) ?? 1;
  if (!parts || step === 0) throw new RangeError(`"${text}" is no slice: write start:stop:step, for example "::2".`);
  const [first, last] = step > 0 ? [0, ids.length] : [ids.length - 1, -1];
  const bound = (value: number | undefined, otherwise: number): number => {
    if (value === undefined) return otherwise;
    const index = value < 0 ? value + ids.length : value;
    return step > 0 ? Math.min(Math.max(index, 0), ids.length) : Math.min(Math.max(index, -1), ids.length - 1);
  };
  const [start, stop] = [bound(number(parts[1]), first), bound(number(parts[2]), last)];
  return ids.filter((_, index) => isInSlice(index, start, stop, step)).sort((a, b) => (step > 0 ? a - b : b - a));
}

function isInSlice(index: number, start: number, stop: number, step: number): boolean {
  const isBetween = step > 0 ? index >= start && index < stop : index <= start && index > stop;
  return isBetween && (index - start) % step === 0;
}

const number = (text: string | undefined): number | undefined => (text ? Number(text) : undefined);

const presence = (engines: EngineDirectory): string =>
  engines.size === 0 ? "There is none" : `There ${engines.size === 1 ? "is" : "are"} ${engines.ids.join(", ")}`;

/**
 * @param what is done with them, for the message
 * @throws {TypeError} naming the engines that do not understand our functions and values
 */
export function requireOurs(ids: readonly EngineId[], engines: EngineDirectory, what: string): void {
  const others = ids.filter((id) => !engines.isOurs(id));
  if (others.length === 0) return;
  const languages = [...new Set(others.map((id) => engines.language(id)))].join(", ");
  throw new TypeError(
    `Cannot ${what} on engine ${others.join(", ")}, which runs ${languages}: such engines only execute code. Choose others, for example rc.view("typescript").`,
  );
}
