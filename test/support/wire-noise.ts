import fc from "fast-check";
import { delimiter } from "../../protocol/envelope.ts";
import type { JsonObject, JsonValue } from "../../protocol/json.ts";
import type { Session } from "../../protocol/session.ts";

/** Keys that somebody in the system reads, in header, parent header, metadata or content. */
const knownKeys = [
  ...["msg_id", "msg_type", "session", "date", "version", "username"],
  ...["targets", "after", "follow", "timeout", "retries", "dependencies", "all", "success", "failure"],
  ...["is_broadcast", "is_coalescing", "original_msg_id", "broadcast_targets", "status", "engine", "started", "label"],
  ...["uuid", "id", "language", "verbose", "msg_ids", "engine_ids", "statusonly", "query", "keys", "sig", "restart"],
  ...["code", "silent", "user_expressions", "program", "canning", "execution_state", "name", "text", "traceback"],
  ...["__proto__", "constructor", "toJSON", "$gt", "$in", "$and"],
] as const;

/** Types that do what they say when they are well made: they would end the cluster, or start programs. */
const effective = /^(shutdown_request|become_dask_request|unregistration_request|signal_request)$/;

const knownTypes = [
  ...["registration_request", "unregistration_request", "connection_request", "queue_request", "result_request"],
  ...["history_request", "db_request", "purge_request", "resubmit_request", "load_request", "status_request"],
  ...["apply_request", "apply_reply", "execute_request", "execute_reply", "abort_request", "clear_request"],
  ...["kernel_info_request", "status", "stream", "comm_open", "shutdown_reply", "is_complete_request", ""],
  ...["registration_notification", "unregistration_notification", "data_message", "display_data", "execute_result"],
  ...["update_display_data", "clear_output", "error", "connection_reply", "registration_reply"],
];

const deep = (levels: number): Buffer => Buffer.from(`${'{"a":['.repeat(levels)}${"]}".repeat(levels)}`);

const values = (engines: readonly string[]): fc.Arbitrary<JsonValue> =>
  fc.oneof(
    fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>,
    fc.constantFrom<JsonValue[]>(null, true, -1, 0.5, 1e308, 2 ** 53, "", "all", "x".repeat(5000)),
    fc.constantFrom<JsonValue[]>([], {}, [[]], [["a", 0]], ...targetsOf(engines)),
  );

/** Lists of engines as tasks and broadcasts name them. */
const targetsOf = (engines: readonly string[]): JsonValue[] =>
  engines.length > 0 ? [...engines, engines, engines.map((uuid, id) => [uuid, id])] : [];

/** What does not even look like a dict. */
const junk: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 8, arbitrary: fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 8,
    arbitrary: fc
      .constantFrom("", "[]", "null", "1", '"', "{", '{"a":', "{}{}", '{"msg_id":1}')
      .map((text) => Buffer.from(text)),
  },
  { weight: 4, arbitrary: fc.constantFrom(400, 900).map(deep) },
  { weight: 1, arbitrary: fc.constantFrom(deep(5000), deep(200_000), Buffer.alloc(1_100_000, " ")) },
);

/** Addresses as ZeroMQ allows them, or worse. */
function addressLists(engines: readonly string[]): fc.Arbitrary<Buffer[]> {
  const address = fc.oneof(
    fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
    fc.constantFrom("", "i".repeat(256), "i".repeat(5000), ...engines).map((text) => Buffer.from(text)),
  );
  return fc.oneof(
    { weight: 5, arbitrary: fc.array(address, { maxLength: 2 }) },
    { weight: 1, arbitrary: fc.array(address, { minLength: 15, maxLength: 40 }) },
  );
}

/**
 * Frames of every kind: no message at all, cut short, badly signed, signed but senseless.
 * @param engines uuids that are among the addresses and targets
 */
export function wireNoise({ session, engines = [], parents = [] }: NoiseOptions): fc.Arbitrary<Buffer[]> {
  const { signer, packer } = session;
  const key = fc.oneof(fc.constantFrom(...knownKeys), fc.string({ maxLength: 8 }));
  const dict = fc.array(fc.tuple(key, values(engines)), { maxLength: 6 }).map(Object.fromEntries<JsonValue>);
  const packed = dict.map((each: JsonObject) => packer.encode(each));
  const header = fc.tuple(fc.constantFrom(...knownTypes), dict).map(([type, extra]) => {
    const made = { ...session.header(type), ...extra };
    return packer.encode(effective.test(String(made.msg_type)) ? { ...made, msg_type: "load_request" } : made);
  });
  const anyHeader = fc.oneof({ weight: 4, arbitrary: header }, packed, junk);
  const anyDict = fc.oneof({ weight: 3, arbitrary: packed }, junk);
  const anyParent = parents.length > 0 ? fc.constantFrom(...parents.map((each) => packer.encode(each))) : anyDict;
  const badSignature = fc.constantFrom(Buffer.alloc(0), Buffer.alloc(64, "f"), Buffer.alloc(100_000));
  const message = fc
    .record({
      addresses: addressLists(engines),
      dicts: fc.tuple(anyHeader, fc.oneof(anyParent, anyDict), anyDict, anyDict),
      signature: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, badSignature),
      buffers: addressLists([]),
      frames: fc.integer({ min: 0, max: 40 }),
    })
    .map(({ addresses, dicts, signature, buffers, frames }) =>
      [...addresses, delimiter, signature ?? Buffer.from(signer.sign(dicts)), ...dicts, ...buffers]
        // Now and then cut short.
        .slice(0, frames < 6 ? frames : undefined),
    );
  const senseless = addressLists(engines).map((frames) => [...frames, delimiter, ...frames]);
  return fc.oneof({ weight: 1, arbitrary: senseless }, { weight: 4, arbitrary: message });
}

export interface NoiseOptions {
  /** Signs and packs it. */
  readonly session: Session;
  readonly engines?: readonly string[];
  /** Headers of requests that are waiting for their replies. */
  readonly parents?: readonly JsonObject[];
}
