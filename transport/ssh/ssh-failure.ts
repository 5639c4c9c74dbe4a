import type { SshLogin } from "./ssh-command.ts";

/** Thrown when a tunnel does not come about; the message says why and what to do. */
export class SshError extends Error {
  override name = "SshError";
  /** Another program took one of the tunnel's local ports. */
  readonly isPortTaken: boolean;

  constructor(message: string, options: ErrorOptions & { readonly isPortTaken?: boolean } = {}) {
    super(message, options);
    this.isPortTaken = options.isPortTaken ?? false;
  }
}

/** What `ssh` writes (OpenSSH; it is not translated), and what that means here. */
const meanings: readonly [RegExp, (login: SshLogin, match: RegExpExecArray) => string][] = [
  [
    /Could not resolve hostname (\S+): /,
    (_, [, host]) => `there is no machine of the name ${host}: is the name of the SSH server right?`,
  ],
  [
    /connect to (?:host|address) (\S+) port (\d+): (.+?)\.?$/m,
    (_, [, host, port, why]) => `no SSH server answers at ${host}:${port} (${why?.trim()}).`,
  ],
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    ({ server }) =>
      `the server has another key than ssh remembers. If that is right, remove the old one with \`ssh-keygen -R\`, then \`ssh ${server}\` once in a terminal.`,
  ],
  [
    /Host key verification failed/,
    ({ server }) =>
      `ssh does not know the server's key: run \`ssh ${server}\` once in a terminal to check and keep it.`,
  ],
  [
    /Identity file (.+) not accessible: (.+?)\.?$/m,
    (_, [, file, why]) => `the key ${file} cannot be read (${why?.trim()}).`,
  ],
  [
    /Permission denied \(([^)]*)\)|Too many authentication failures|Permission denied/,
    ({ key, server }, [, methods]) =>
      `it refuses ${key === undefined ? "the keys that ssh finds by itself" : `the key ${key}`}${methods ? ` (it takes: ${methods})` : ""}. ` +
      `Try \`ssh ${server}\` in a terminal; name another key as \`sshKey\`, or connect from a terminal or notebook, where the password can be asked for.`,
  ],
  [/[Bb]ad configuration option|line \d+: .+/, (_, [text]) => `its configuration is not in order: ${text}.`],
];

/** Why `ssh` ended before the tunnel stood. */
export function failureOf(login: SshLogin, words: string): SshError {
  for (const [pattern, meaning] of meanings) {
    const match = pattern.exec(words);
    if (match) return new SshError(`No SSH tunnel through ${login.server}: ${meaning(login, match)}`);
  }
  const last = words.split("\n").slice(-3).join(" ").trim();
  const isPortTaken = /cannot listen to port/.test(words);
  return new SshError(`No SSH tunnel through ${login.server}: ssh ended${last ? `: ${last}` : " without a word"}.`, {
    isPortTaken,
  });
}

/** Why what connects through a tunnel that stands does not come through, as the server told last. */
export function obstacleIn(server: string, words: string): string | undefined {
  const why = [...words.matchAll(/open failed: (.+)/g)].at(-1)?.[1]?.trim();
  if (why === undefined) return undefined;
  if (why.startsWith("administratively prohibited"))
    return `the SSH server ${server} forbids forwarding (see AllowTcpForwarding and PermitOpen of its sshd_config): use another server.`;
  return `seen from the SSH server ${server}, nobody listens there (${why.replace(/^connect failed: /, "")}).`;
}
