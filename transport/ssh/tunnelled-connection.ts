import type { ClientConnection, EngineConnection } from "../../protocol/connection-file.ts";

/** Where a connection file names ports; a client's and an engine's have different ones of these. */
const portFields: readonly string[] = [
  "registration",
  "control",
  "mux",
  "task",
  "iopub",
  "notification",
  "broadcast",
  "hb_ping",
  "hb_pong",
];

type Connection = ClientConnection | EngineConnection;

/** All ports of a controller that a client or engine connects to. */
export const portsOf = (connection: Connection): number[] =>
  Object.entries(connection).flatMap(([name, value]) =>
    portFields.includes(name) ? (value as number | number[]) : [],
  );

/** The controller as it is seen through a tunnel: at this machine's loopback interface, its ports replaced. */
export function throughTunnel<Kind extends Connection>(connection: Kind, localPort: (port: number) => number): Kind {
  const entries = Object.entries(connection).map(([name, value]) => {
    if (!portFields.includes(name)) return [name, value];
    return [name, Array.isArray(value) ? value.map(localPort) : localPort(value as number)];
  });
  return { ...(Object.fromEntries(entries) as Kind), interface: "tcp://127.0.0.1" };
}
