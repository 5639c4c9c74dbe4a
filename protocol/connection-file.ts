import { z } from "zod";
import { parseJson } from "./json.ts";
import { firstIssue } from "./messages/hub.ts";

const port = z.int().min(1).max(65_535);

/** What both files share (wire protocol §3.1). Field names are ipyparallel's. */
const shared = {
  ssh: z.string().default(""),
  interface: z.string(),
  registration: port,
  control: port,
  mux: port,
  task: port,
  iopub: port,
  key: z.string(),
  curve_serverkey: z.string().nullable().default(null),
  location: z.string(),
  pack: z.string().default("json"),
  unpack: z.string().default("json"),
  signature_scheme: z.string().default("hmac-sha256"),
};

export const clientConnection = z.looseObject({
  ...shared,
  task_scheme: z.string().default("leastload"),
  notification: port,
  broadcast: port,
});
export const engineConnection = z.looseObject({
  ...shared,
  broadcast: z.array(port),
  hb_ping: port,
  hb_pong: port,
});
export type ClientConnection = z.infer<typeof clientConnection>;
export type EngineConnection = z.infer<typeof engineConnection>;

/** Thrown when a connection file or object lacks a field or has a wrong one. */
export class InvalidConnection extends Error {
  override name = "InvalidConnection";
}

/**
 * @param where the file's path, for the message
 * @throws {InvalidConnection} naming the file and the first field at fault
 */
export function parseConnection<Schema extends typeof clientConnection | typeof engineConnection>(
  schema: Schema,
  value: unknown,
  where: string,
): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    throw new InvalidConnection(
      `${where} is not a valid connection file: ${firstIssue(parsed.error)}. Restart the controller to write a new one.`,
    );
  return parsed.data as z.infer<Schema>;
}

/** {@link parseConnection} of a file's text. */
export function parseConnectionText<Schema extends typeof clientConnection | typeof engineConnection>(
  schema: Schema,
  text: string,
  where: string,
): z.infer<Schema> {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (cause) {
    throw new InvalidConnection(`${where} is not JSON. Restart the controller to write a new one.`, { cause });
  }
  return parseConnection(schema, value, where);
}
