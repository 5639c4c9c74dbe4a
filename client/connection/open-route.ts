import { channelUrl } from "../../protocol/channel-url.ts";
import type { ClientConnection } from "../../protocol/connection-file.ts";
import { SshError } from "../../transport/ssh/ssh-failure.ts";
import { SshTunnel } from "../../transport/ssh/ssh-tunnel.ts";
import { portsOf, throughTunnel } from "../../transport/ssh/tunnelled-connection.ts";
import { isThisHost, thisHost } from "../../transport/this-host.ts";
import { ConnectError } from "../errors/failures.ts";
import { askUser } from "./ask-user.ts";
import type { Site } from "./reach.ts";
import { isLoopback, type SshChoice, sshServerOf } from "./ssh-server.ts";

/** How a controller is reached from here. */
export interface Route {
  /** As it is seen from here. */
  readonly connection: ClientConnection;
  readonly tunnel?: SshTunnel;
  readonly site: Site;
}

type RouteOptions = SshChoice & { readonly timeoutMs: number; readonly signal?: AbortSignal };

const startAdvice = "If it has ended, start a new one, for example with `ipcluster start -n 4`.";

/**
 * Opens an SSH tunnel to a controller, where one is asked for or the connection file says that one is needed.
 * @throws {ConnectError} when the tunnel does not come about
 */
export async function openRoute(connection: ClientConnection, options: RouteOptions): Promise<Route> {
  const { hostname: host, host: address } = new URL(channelUrl(connection, connection.registration, thisHost()));
  const server = await sshServerOf(options, { ...connection, host }, isThisHost);
  if (server === undefined) return { connection, site: directSite(connection, host, address) };
  const tunnel = await openTunnel(connection, options, { server, host });
  return {
    connection: throughTunnel(connection, (port) => tunnel.localPort(port)),
    tunnel,
    site: {
      address: `${address} through the SSH server ${server}`,
      obstacle: () => tunnel.obstacle,
      advice: async () => startAdvice,
    },
  };
}

function directSite({ location }: ClientConnection, host: string, address: string): Site {
  const advice = async () => {
    if (!isLoopback(host) || (await isThisHost(location))) return startAdvice;
    return `The controller runs on ${location} and listens only there: connect with \`sshServer: "${location}"\`, or start it with \`--ip\`.`;
  };
  return { address, obstacle: () => undefined, advice };
}

async function openTunnel(
  connection: ClientConnection,
  { sshKey, sshPassword, timeoutMs, signal }: RouteOptions,
  { server, host }: { readonly server: string; readonly host: string },
): Promise<SshTunnel> {
  try {
    const ports = portsOf(connection);
    return await SshTunnel.open({ server, key: sshKey, host, ports, ask: askUser(sshPassword), timeoutMs, signal });
  } catch (cause) {
    throw cause instanceof SshError ? new ConnectError(cause.message, { cause }) : cause;
  }
}
