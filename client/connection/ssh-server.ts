import type { ClientConnection } from "../../protocol/connection-file.ts";

/** How to reach a controller that only another machine can see. */
export interface SshChoice {
  /**
   * `[user@]host[:port]` of a machine that reaches the controller's ports, or its name in `~/.ssh/config`. Without it, the
   * one in the connection file counts, unless the controller listens on the loopback interface of this very machine.
   */
  readonly sshServer?: string;
  /** Path of a private key; without it those that ssh finds by itself. */
  readonly sshKey?: string;
  /** The password; without it the user is asked, when no key opens the tunnel. */
  readonly sshPassword?: string;
}

/**
 * The server through which to connect, as ipyparallel chooses it; `undefined` where no tunnel is needed.
 * @param controller `host`: where its connection file says that it is, as seen from here
 * @param isHere whether the controller's location is this machine
 */
export async function sshServerOf(
  { sshServer, sshKey, sshPassword }: SshChoice,
  { ssh, location, host }: Pick<ClientConnection, "ssh" | "location"> & { readonly host: string },
  isHere: (location: string) => Promise<boolean>,
): Promise<string | undefined> {
  if (sshServer) return sshServer;
  if (ssh && !(isLoopback(host) && (await isHere(location)))) return ssh;
  return sshKey === undefined && sshPassword === undefined ? undefined : host;
}

export const isLoopback = (host: string): boolean => /^(127\.|localhost$|\[?::1\]?$)/.test(host);
