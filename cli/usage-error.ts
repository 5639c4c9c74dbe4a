/** A command line that cannot be understood. The message is for the person who typed it: no stack is shown. */
export class UsageError extends Error {
  override name = "UsageError";
}
