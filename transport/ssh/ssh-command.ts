/** Whom `ssh` connects to, and as whom. */
export interface SshLogin {
  /** `[user@]host[:port]`; the host may be a name from `~/.ssh/config`. */
  readonly server: string;
  /** Path of a private key; without it ssh tries those that it finds by itself. */
  readonly key?: string | undefined;
}

/** A port of this machine that leads to one which the SSH server reaches. */
export interface Forward {
  readonly localPort: number;
  readonly host: string;
  readonly port: number;
}

export interface SshManner {
  /** Whether ssh may ask for passwords and whether to trust the server. */
  readonly mayAsk: boolean;
  /** Until the server answers. */
  readonly connectTimeoutMs: number;
}

/**
 * `ssh` that only forwards ports and writes a line when it does. Each run has a connection of its own, even where the
 * user's configuration shares them: a shared one would keep the forwards when this run ends.
 */
export function sshArguments({ server, key }: SshLogin, forwards: readonly Forward[], manner: SshManner): string[] {
  const { destination, port } = parseServer(server);
  const options = {
    BatchMode: manner.mayAsk ? "no" : "yes",
    ConnectTimeout: Math.max(1, Math.ceil(manner.connectTimeoutMs / 1000)),
    ControlMaster: "no",
    ControlPath: "none",
    ExitOnForwardFailure: "yes",
    // What a refused forward says is said at this level.
    LogLevel: "INFO",
    PermitLocalCommand: "yes",
    LocalCommand: "echo",
    // A connection that is silently gone is given up after 15 s.
    ServerAliveInterval: 5,
    ServerAliveCountMax: 3,
    ...(key !== undefined && { IdentitiesOnly: "yes" }),
  };
  return [
    ...["-N", "-T"],
    ...Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
    ...(key === undefined ? [] : ["-i", key]),
    ...(port === undefined ? [] : ["-p", port]),
    ...forwards.flatMap((forward) => ["-L", forwardText(forward)]),
    // What a connection file says must not be read as an option.
    ...["--", destination],
  ];
}

function parseServer(server: string): { destination: string; port: string | undefined } {
  const [, user = "", bracketed, plain, port] = /^([^@]*@)?(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(server) ?? [];
  const host = bracketed ?? plain;
  // An IPv6 address without brackets has no port.
  return host === undefined ? { destination: server, port: undefined } : { destination: `${user}${host}`, port };
}

function forwardText({ localPort, host, port }: Forward): string {
  const far = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return `127.0.0.1:${localPort}:${far}:${port}`;
}
