import { randomBytes } from "node:crypto";
import type { EngineConnection } from "../protocol/connection-file.ts";
import { Deferred } from "../protocol/deferred.ts";
import { type EngineId, engineId, sessionId } from "../protocol/ids.ts";
import type { JsonObject } from "../protocol/json.ts";
import { openPacker } from "../protocol/open-packer.ts";
import { Session } from "../protocol/session.ts";
import { Signer } from "../protocol/signature.ts";
import { curveClient } from "../transport/curve.ts";
import { dealer } from "../transport/zmq-channel.ts";

/** An engine that the hub knows. */
export interface Registered {
  readonly id: EngineId;
  /** Its session's id is its `uuid` and its identity on every socket. */
  readonly session: Session;
  readonly heartPeriodMs: number;
  /** Whether the controller tells when it has a reply (`transport/receipts.ts`). */
  readonly givesReceipts: boolean;
}

export interface RegistrationOptions {
  readonly connection: EngineConnection;
  /** Of the hub's registration socket. */
  readonly url: string;
  readonly id?: number | undefined;
  readonly timeoutMs: number;
}

/** Why the hub did not answer: it takes no such encryption as the connection file asks for, or nobody knows. */
export type Silence = "wrong-encryption" | "no-answer";

/** Attempts, 0.1 s apart: one may meet a controller that is just ending. */
const mostRejections = 3;

/** The hub said no: asking again would not help. */
export class RegistrationRefused extends Error {
  override name = "RegistrationRefused";
}

/**
 * Asks the hub for an id, once, under a fresh uuid (wire protocol §6.1).
 * @returns why there was no answer, where there was none in time
 * @throws {RegistrationRefused} with the hub's reason
 */
export async function register(options: RegistrationOptions, signal?: AbortSignal): Promise<Registered | Silence> {
  const { connection, url, id, timeoutMs } = options;
  const signer = new Signer(connection.key, connection.signature_scheme);
  const packer = await openPacker(connection, "The connection file");
  const session = new Session({ id: sessionId(randomBytes(16)), signer, packer, pid: process.pid });
  await using channel = dealer({ identity: session.id, curve: curveClient(connection.curve_serverkey) });
  const answered = new Deferred<JsonObject | Silence>();
  let rejections = 0;
  channel.watchConnection((event) => {
    rejections = event === "rejected" ? rejections + 1 : 0;
    if (rejections === mostRejections || event === "incompatible") answered.resolve("wrong-encryption");
  });
  channel.connect(url);
  channel.listen((frames) => {
    try {
      answered.resolve(session.unpack(frames).content);
    } catch (cause) {
      answered.reject(new RegistrationRefused("The hub's answer cannot be trusted: is its key another?", { cause }));
    }
  });
  const content = { uuid: session.id, id, language: "typescript" };
  channel.send(session.pack({ type: "registration_request", content }));
  const reply = await inTime(answered, timeoutMs, signal);
  return typeof reply === "string" ? reply : readReply(reply, session);
}

function readReply(reply: JsonObject, session: Session): Registered {
  const { status, id, hb_period: heartPeriodMs } = reply as Record<string, unknown>;
  if (status === "ok" && typeof id === "number" && typeof heartPeriodMs === "number")
    return { id: engineId(id), session, heartPeriodMs, givesReceipts: reply["receipts"] === true };
  const reason = [reply["ename"], reply["evalue"]].filter((part) => part !== undefined).join(": ");
  throw new RegistrationRefused(`The hub refused to register this engine: ${reason || JSON.stringify(reply)}.`);
}

async function inTime<T>(answer: Deferred<T>, timeoutMs: number, signal?: AbortSignal): Promise<T | Silence> {
  const timeUp = new Deferred<Silence>();
  const timer = setTimeout(() => timeUp.resolve("no-answer"), timeoutMs);
  const onAbort = () => answer.reject(signal?.reason);
  signal?.addEventListener("abort", onAbort);
  try {
    return await Promise.race([answer.promise, timeUp.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}
