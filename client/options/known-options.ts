/** Each option that there is: a list that the compiler keeps complete. */
export type KnownOptions<Options extends object> = Readonly<Record<keyof Required<Options>, true>>;

/**
 * Refuses options that there are not, as types do where they are checked: a misspelt one would be taken for none.
 * @throws {TypeError} naming the option, and those that there are
 */
export function requireKnown<Options extends object>(options: Options, known: KnownOptions<Options>): void {
  for (const name of Object.keys(options))
    if (!Object.hasOwn(known, name))
      throw new TypeError(`There is no option "${name}": there are ${Object.keys(known).join(", ")}.`);
}
