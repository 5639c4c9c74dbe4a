import type { Connections } from "../network/connection-files.ts";
import { isLoopback } from "../network/interfaces.ts";

/** What the user should know of who can reach the controller; `undefined` where nothing is to be feared. */
export function exposure({ client, engine }: Connections): string | undefined {
  if (client.curve_serverkey) return undefined;
  const isLocal = [client, engine].every((connection) => isLoopback(connection.interface));
  if (client.key === "")
    return `messages are neither signed nor encrypted: everybody ${isLocal ? "on this machine" : "who can reach it"} can run code on the engines`;
  return isLocal ? undefined : "other machines can connect: messages are signed, but not encrypted";
}
