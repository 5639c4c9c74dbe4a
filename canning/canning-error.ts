/** One step from a value to a part of it: a key, an index, or words such as `a key of the Map`. */
export type Step = string | number;

/**
 * Something cannot travel, or what arrived cannot be read. The message names the thing, the reason and the next step:
 * `cannot send function "f": it is bound, …; …`.
 */
export class CanningError extends Error {
  override name = "CanningError";
}

/** A module that a value came from cannot be imported here. */
export class MissingModule extends CanningError {}

/** `args[0].rows["first name"]` */
export function describePath(path: readonly Step[]): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(step)) text += text === "" ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}
