import { type MsgId, msgId } from "../../protocol/ids.ts";

/**
 * Ids of requests in the order in which a client or a view has sent them. What stands before an id's number (`<session>_<pid>_`) is the
 * same for all, so that 8 bytes are kept of each; of copies of a broadcast, whose ids are longer, all is.
 */
export class History {
  #prefix = "";
  #entries: (number | MsgId)[] = [];

  add(id: MsgId): void {
    const at = id.lastIndexOf("_") + 1;
    const number = Number(id.slice(at));
    if (this.#prefix === "" && Number.isInteger(number)) this.#prefix = id.slice(0, at);
    this.#entries.push(this.#idOf(number) === id ? number : id);
  }

  get ids(): readonly MsgId[] {
    return this.#entries.map((entry) => this.#idOf(entry));
  }

  /**
   * @param index from the beginning, or negative from the end: -1 is what was sent last
   * @throws {RangeError} when there is no such request
   */
  at(index: number): MsgId {
    const entry = this.#entries.at(index);
    if (entry !== undefined) return this.#idOf(entry);
    throw new RangeError(`The history has no request ${index}: ${this.#entries.length} have been sent so far.`);
  }

  clear(): void {
    this.#entries = [];
  }

  #idOf(entry: number | MsgId): MsgId {
    return typeof entry === "number" ? msgId(this.#prefix + entry) : entry;
  }
}
