import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { delimiter, join } from "node:path";
import { freePorts } from "../../transport/ssh/free-ports.ts";

const sshd = "/usr/sbin/sshd";

/** The command that installs what the server needs. */
export const sshNeeds = "apt-get install openssh-server openssh-client";

/** Whether the server can run here; in CI it must. */
export function hasSsh(): boolean {
  return process.env["CI"] === "true" || (existsSync(sshd) && existsSync("/usr/bin/ssh"));
}

/**
 * A real sshd on the loopback interface, with keys of its own. While it runs, `ssh` of this process and its children
 * knows nothing but it: a wrapper on the path sees to that.
 */
export interface SshServer extends AsyncDisposable {
  /** `user@127.0.0.1:port` */
  readonly address: string;
  /** Path of a key that it takes. */
  readonly key: string;
  /** Path of another one, whose passphrase is `open sesame`. */
  readonly lockedKey: string;
  /** Path of a key that it does not take. */
  readonly strangeKey: string;
  /** Folder with the wrapper; stands first in the path. */
  readonly bin: string;
  /** Ids of the `ssh` processes that are connected to it. */
  tunnels(): number[];
}

export interface SshServerSetting {
  /** Whether it forwards ports; true unless given. */
  readonly forwards?: boolean;
  /** Whether it asks for passwords (which it then refuses: no user has one); false unless given. */
  readonly passwords?: boolean;
  /** Whether its key is known to clients; true unless given. */
  readonly isKnown?: boolean;
}

export const passphrase = "open sesame";

export async function startSshServer(setting: SshServerSetting = {}): Promise<SshServer> {
  const folder = await mkdtemp(join(tmpdir(), "sshd-"));
  const [port = 0] = await freePorts(1);
  const [hostKey, key, lockedKey, strangeKey] = ["host", "key", "locked", "strange"].map((name) => join(folder, name));
  if (!hostKey || !key || !lockedKey || !strangeKey) throw new Error("Four names are four paths.");
  for (const file of [hostKey, key, strangeKey]) makeKey(file, "");
  makeKey(lockedKey, passphrase);
  await writeFile(
    join(folder, "authorized_keys"),
    readFileSync(`${key}.pub`, "utf8") + readFileSync(`${lockedKey}.pub`),
  );
  await writeFile(join(folder, "sshd_config"), serverConfig(folder, port, setting));
  const [type, text] = (await readFile(`${hostKey}.pub`, "utf8")).split(" ");
  await writeFile(
    join(folder, "known_hosts"),
    setting.isKnown === false ? "" : `[127.0.0.1]:${port} ${type} ${text}\n`,
  );
  await writeFile(join(folder, "ssh_config"), clientConfig(folder));
  const bin = join(folder, "bin");
  mkdirSync(bin);
  await writeFile(join(bin, "ssh"), wrapper(folder), { mode: 0o755 });
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true });
  const server = spawn(sshd, ["-D", "-e", "-f", join(folder, "sshd_config")], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(server, "exit");
  await listening(server.stderr, ended);
  const path = process.env["PATH"] ?? "";
  process.env["PATH"] = `${bin}${delimiter}${path}`;
  return {
    address: `${userInfo().username}@127.0.0.1:${port}`,
    ...{ key, lockedKey, strangeKey, bin },
    tunnels: () => clientsOf(folder),
    [Symbol.asyncDispose]: async () => {
      process.env["PATH"] = path;
      server.kill();
      // ipyparallel's go on for a minute.
      for (const pid of clientsOf(folder)) process.kill(pid);
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function makeKey(file: string, secret: string): void {
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", secret, "-f", file]);
}

const serverConfig = (folder: string, port: number, { forwards = true, passwords = false }: SshServerSetting) => `
ListenAddress 127.0.0.1:${port}
HostKey ${folder}/host
AuthorizedKeysFile ${folder}/authorized_keys
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication ${passwords ? "yes" : "no"}
KbdInteractiveAuthentication no
PermitRootLogin ${passwords ? "yes" : "prohibit-password"}
AllowTcpForwarding ${forwards ? "yes" : "no"}
MaxStartups 100
`;

const clientConfig = (folder: string) => `
Host *
  IdentityAgent none
  IdentityFile ${folder}/none
  UserKnownHostsFile ${folder}/known_hosts
  GlobalKnownHostsFile /dev/null
`;

/**
 * ipyparallel starts `ssh -f` on a terminal that is gone at once, whose hang-up ends some of these before they have turned
 * away from it.
 */
const wrapper = (folder: string) => `#!/bin/sh
trap '' HUP
exec /usr/bin/ssh -F ${folder}/ssh_config "$@"
`;

/** It says so when it listens. */
async function listening(log: NodeJS.ReadableStream, ended: Promise<unknown>): Promise<void> {
  let text = "";
  const ready = new Promise<void>((resolve) => {
    log.on("data", (chunk) => {
      text += chunk;
      if (text.includes("Server listening")) resolve();
    });
  });
  await Promise.race([
    ready,
    ended.then(() => {
      throw new Error(`sshd did not start: ${text}`);
    }),
  ]);
}

/** Processes whose program is `ssh` and which were given that folder's configuration. */
function clientsOf(folder: string): number[] {
  const read = (file: string): string => {
    try {
      return readFileSync(file, "latin1");
    } catch {
      return ""; // It has just ended.
    }
  };
  return readdirSync("/proc")
    .filter((pid) => read(`/proc/${pid}/cmdline`).startsWith(`/usr/bin/ssh\0-F\0${folder}`))
    .map(Number);
}
