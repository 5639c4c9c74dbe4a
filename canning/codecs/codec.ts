/** `v8` between our own parties; `msgpack` for sessions with `pack = "msgpack"` and peers with another V8. */
export type CodecName = "v8" | "msgpack";

/** Values ready to be written: nothing in them that a codec does not know. */
export interface Payload {
  /** Written one after another; an object that occurs in several is written once. */
  readonly values: readonly unknown[];
  /** Objects that stand for functions, errors and registered instances, with the index of their record. */
  readonly standIns: ReadonlyMap<object, number>;
  /** Every ArrayBuffer in `values` that becomes a frame of its own. */
  readonly arrayBuffers: readonly ArrayBuffer[];
}

/** Gives the values of a payload in the order in which they were written. */
export interface PayloadReader {
  /** @throws {CanningError} when the bytes are damaged */
  read(): unknown;
}

/** Turns values into a head frame and a frame for each large array, and back. `test/contract/codec.ts` specifies it. */
export interface Codec {
  /** Of the format in the head frame; a peer that writes a higher one cannot be read. */
  readonly version: number;
  /** @throws {CanningError} when a value cannot be written */
  encode(payload: Payload): Buffer[];
  /**
   * Takes the frames over: arrays are views of them where possible.
   * @param standIn gives the object for a record; called once for each before its first use is returned
   */
  decode(buffers: readonly Buffer[], standIn: (index: number) => object): PayloadReader;
}
