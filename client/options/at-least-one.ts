/** @throws {RangeError} naming an option that is no whole number from 1; `Infinity` is one */
export function requireAtLeastOne(options: Readonly<Record<string, number | undefined>>): void {
  for (const [name, value] of Object.entries(options))
    if (value !== undefined && !(value >= 1 && Math.floor(value) === value))
      throw new RangeError(`${name} is ${value}: give a whole number, 1 or more.`);
}
