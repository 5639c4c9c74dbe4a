declare const brand: unique symbol;
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };

/** Small integer given by the hub at registration, never reused within one controller. */
export type EngineId = Brand<number, "EngineId">;
/** An engine's session id: its routing id on every socket, its heart and its `session` header field. */
export type EngineUuid = Brand<string, "EngineUuid">;
/** Unique id of one message: `<session>_<pid>_<counter>`. */
export type MsgId = Brand<string, "MsgId">;
/** 32 hex digits written as 8 + `-` + 24 (jupyter_client `session.py`, `new_id`). */
export type SessionId = Brand<string, "SessionId">;

export const engineId = (value: number): EngineId => value as EngineId;
export const engineUuid = (value: string): EngineUuid => value as EngineUuid;
export const msgId = (value: string): MsgId => value as MsgId;

/** A session that the user has named. */
export const namedSession = (value: string): SessionId => value as SessionId;

/** @param random 16 random bytes */
export function sessionId(random: Buffer): SessionId {
  const hex = random.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8)}` as SessionId;
}
