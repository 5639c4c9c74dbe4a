/** What a cell ends with when the user interrupts it; the name is the one that Jupyter frontends know from Python. */
export class KeyboardInterrupt extends Error {
  override name = "KeyboardInterrupt";

  constructor(message = "") {
    super(message);
  }
}
