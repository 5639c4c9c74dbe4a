/** Which controller to connect to. The first of these that is given counts; without any, the default profile's. */
export interface ConnectionChoice {
  /** What stands in a connection file: the object, or the file's text. */
  readonly connectionInfo?: Readonly<Record<string, unknown>> | string;
  /** Path of an `ipcontroller-client.json`. */
  readonly file?: string;
  /** A cluster that was started or found here. */
  readonly cluster?: { readonly connectionFile: string };
  /** Folder of a profile. */
  readonly profileDir?: string;
  /** Name of a profile, `default` unless given. */
  readonly profile?: string;
  /** Folder of the profiles; `$IPYTHONDIR` or `~/.ipython` unless given. */
  readonly ipythonDir?: string;
  /** Which cluster of the profile; its default one unless given. */
  readonly clusterId?: string;
}
