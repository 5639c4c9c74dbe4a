/** Option values of one source: the command line, the environment, a file. */
export interface Layer {
  /** As the user would call it: `the command line`, a file's path. */
  readonly source: string;
  /** By option name. */
  readonly values: Readonly<Record<string, unknown>>;
}

export interface Merged {
  readonly values: Readonly<Record<string, unknown>>;
  /** The source of each value. */
  readonly origins: Readonly<Record<string, string>>;
}

/** Of layers that say something of an option the first wins. `undefined` says nothing. */
export function mergeLayers(layers: readonly Layer[]): Merged {
  const values: Record<string, unknown> = {};
  const origins: Record<string, string> = {};
  for (const layer of layers)
    for (const [key, value] of Object.entries(layer.values))
      if (value !== undefined && !Object.hasOwn(values, key)) {
        values[key] = value;
        origins[key] = layer.source;
      }
  return { values, origins };
}
