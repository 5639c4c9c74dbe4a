import { type MsgId, msgId } from "../../protocol/ids.ts";

/**
 * Ids of all requests that this client has sent, in order. Of each only its number is kept, 8 bytes: what stands before
 * it (`<session>_<pid>_`) is the same for all.
 */
export class History {
  #prefix = "";
  #numbers: number[] = [];

  add(id: MsgId): void {
    const at = id.lastIndexOf("_") + 1;
    if (this.#prefix === "") this.#prefix = id.slice(0, at);
    this.#numbers.push(Number(id.slice(at)));
  }

  get ids(): readonly MsgId[] {
    return this.#numbers.map((number) => this.#id(number));
  }

  /**
   * @param index from the beginning, or negative from the end: -1 is what was sent last
   * @throws {RangeError} when there is no such request
   */
  at(index: number): MsgId {
    const number = this.#numbers.at(index);
    if (number !== undefined) return this.#id(number);
    throw new RangeError(`The history has no request ${index}: this client has sent ${this.#numbers.length} so far.`);
  }

  clear(): void {
    this.#numbers = [];
  }

  #id(number: number): MsgId {
    return msgId(this.#prefix + number);
  }
}
