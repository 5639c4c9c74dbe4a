import { Deserializer, Serializer, serialize } from "node:v8";
import { CanningError } from "../canning-error.ts";
import { arrayOfKind, bytesOf, inlineBytes, kindOfView, ownBuffer } from "./array-frames.ts";
import type { Codec, Payload, PayloadReader } from "./codec.ts";
import { headBytes, readable, readHead, writeHead } from "./head.ts";

/** Hooks that V8's bindings call on the object, left out of its published types. */
interface WriterHooks {
  _writeHostObject: (object: unknown) => void;
  _getDataCloneError: (message: string) => Error;
  _setTreatArrayBufferViewsAsHostObjects(flag: boolean): void;
}

/**
 * Structured-clone bytes of `node:v8`, arrays above 1 KiB outside.
 *
 *     frame 0     head (8 bytes, `head.ts`), V8's header (0xff, version), the values one after another
 *     frame 1…    the ArrayBuffers, then the bytes of each view in the order of its first occurrence
 *
 * Where a view or a stand-in occurs, V8 writes its tag of a host object (`\`) and we write, as V8's varints:
 *
 *     0, record index                stands for a function, an error or a registered instance
 *     1 + kind, 0, length, bytes     a view of at most 1 KiB
 *     1 + kind, frame                a larger one
 *
 * Each view is written for itself: two views of one buffer do not share memory afterwards.
 */
export const v8Codec: Codec = {
  /** 15 in Node 20 to 26. */
  version: serialize(0)[1] ?? 0,

  encode(payload: Payload): Buffer[] {
    const serializer = new Serializer();
    const frames = payload.arrayBuffers.map((buffer) => Buffer.from(buffer));
    Object.assign(serializer, writerHooks(serializer, payload.standIns, frames));
    (serializer as Serializer & WriterHooks)._setTreatArrayBufferViewsAsHostObjects(true);
    payload.arrayBuffers.forEach((buffer, index) => {
      serializer.transferArrayBuffer(index, buffer);
    });
    serializer.writeRawBytes(writeHead("v8", frames.length));
    serializer.writeHeader();
    for (const value of payload.values) serializer.writeValue(value);
    return [serializer.releaseBuffer(), ...frames];
  },

  decode(buffers: readonly Buffer[], standIn: (index: number) => object): PayloadReader {
    const arrayBuffers = readHead("v8", buffers);
    const [head = Buffer.alloc(0), ...frames] = buffers;
    const deserializer = new Deserializer(head.subarray(headBytes));
    Object.assign(deserializer, { _readHostObject: () => readHostObject(deserializer, frames, standIn) });
    frames.slice(0, arrayBuffers).forEach((frame, index) => {
      deserializer.transferArrayBuffer(index, ownBuffer(frame));
    });
    readable(() => deserializer.readHeader());
    return { read: () => readable(() => deserializer.readValue() as unknown) };
  },
};

function writerHooks(
  serializer: Serializer,
  standIns: Payload["standIns"],
  frames: Buffer[],
): Pick<WriterHooks, "_writeHostObject" | "_getDataCloneError"> {
  return {
    _writeHostObject: (object) => {
      if (!ArrayBuffer.isView(object)) throw refusal(`#<${nameOfClass(object)}> could not be cloned.`);
      const record = standIns.get(object);
      if (record === undefined) writeView(serializer, object, frames);
      else {
        serializer.writeUint32(0);
        serializer.writeUint32(record);
      }
    },
    _getDataCloneError: refusal,
  };
}

function writeView(serializer: Serializer, view: ArrayBufferView, frames: Buffer[]): void {
  serializer.writeUint32(1 + kindOfView(view));
  const bytes = bytesOf(view);
  if (bytes.length > inlineBytes) {
    serializer.writeUint32(frames.push(bytes));
    return;
  }
  serializer.writeUint32(0);
  serializer.writeUint32(bytes.length);
  serializer.writeRawBytes(bytes);
}

function readHostObject(
  deserializer: Deserializer,
  frames: readonly Buffer[],
  standIn: (index: number) => object,
): object {
  const kind = deserializer.readUint32();
  const place = deserializer.readUint32();
  if (kind === 0) return standIn(place);
  if (place === 0) return arrayOfKind(kind - 1, ownBuffer(deserializer.readRawBytes(deserializer.readUint32())));
  const frame = frames[place - 1];
  if (!frame) throw new CanningError(`cannot read a canned value: array frame ${place} is missing.`);
  return arrayOfKind(kind - 1, ownBuffer(frame));
}

/** V8 names the value: `#<Promise> could not be cloned.` It calls this as a function and throws what it gives. */
function refusal(message: string): CanningError {
  const [, thing = message] = /^(.*) could not be cloned\.$/s.exec(message) ?? [];
  return new CanningError(
    `cannot send ${thing}: it holds something of this process (a Proxy, a handle, …) and is no plain value.`,
  );
}

const nameOfClass = (object: unknown): string => (object as object).constructor?.name || "Object";
