import type { ClientConnection } from "./connection-file.ts";

/** Names of the machine that reads a connection file. */
export interface ReaderHost {
  readonly hostname: string;
  /** Its public addresses, loopback left out. */
  readonly addresses: readonly string[];
}

/**
 * Where to connect: `interface` + `:` + port, a wildcard interface replaced by the controller's location
 * as seen from the reader (wire protocol §3.1).
 */
export function channelUrl(
  connection: Pick<ClientConnection, "interface" | "location">,
  port: number,
  reader: ReaderHost,
): string {
  const [, transport = "tcp", host = ""] = /^(\w+):\/\/(.*)$/.exec(connection.interface) ?? [];
  return `${transport}://${host === "*" || host === "0.0.0.0" ? locate(connection.location, reader) : host}:${port}`;
}

function locate(location: string, reader: ReaderHost): string {
  const isHere = location === "" || location === reader.hostname || reader.addresses.includes(location);
  return isHere ? "127.0.0.1" : location;
}
