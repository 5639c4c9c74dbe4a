/** The part of msgpack-lite 0.2 that is used here; the package has no types of its own. */
declare module "msgpack-lite" {
  export interface Options {
    readonly codec: object;
  }
  /** @param options `usemap`: maps of the wire become and come from `Map`, so that no key can be special */
  export function createCodec(options: { readonly usemap: boolean }): object;
  export function encode(value: unknown, options: Options): Buffer;
  export function decode(bytes: Uint8Array, options: Options): unknown;
}

declare module "msgpack-lite/lib/ext-buffer.js" {
  /** An extension value: one type byte and its bytes. */
  export class ExtBuffer {
    constructor(buffer: Uint8Array, type: number);
    readonly buffer: Uint8Array;
    readonly type: number;
  }
}
