import { once } from "node:events";
import { abortable, Deferred } from "../../protocol/deferred.ts";
import { GuardedProcess } from "../guarded-process.ts";
import { makeAskpass, Questions } from "./askpass.ts";
import { type Forward, type SshLogin, sshArguments } from "./ssh-command.ts";
import { failureOf, SshError } from "./ssh-failure.ts";

/** Answers a question of ssh's: for a password, the passphrase of a key, or whether to trust the server's key. */
export type Ask = (question: string) => Promise<string>;

export interface SessionOptions {
  readonly login: SshLogin;
  readonly forwards: readonly Forward[];
  /** Without it ssh asks nothing: only keys open the tunnel. */
  readonly ask: Ask | undefined;
  /** Until it stands; the time that answers take does not count. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts `ssh`; resolves when its forwards stand. It ends when it is disposed of, or with this process, however that ends.
 * @throws {SshError} when the tunnel does not come about
 */
export async function startSession(options: SessionOptions): Promise<GuardedProcess> {
  const { login, forwards, timeoutMs, signal } = options;
  // On Windows nothing runs the script.
  const ask = process.platform === "win32" ? undefined : options.ask;
  await using askpass = ask && (await makeAskpass());
  signal?.throwIfAborted();
  const manner = { mayAsk: ask !== undefined, connectTimeoutMs: timeoutMs };
  const ssh = GuardedProcess.spawn("ssh", sshArguments(login, forwards, manner), { ...askpass?.env });
  const hopeless = new Deferred<never>();
  const limit = new Limit(timeoutMs, () => hopeless.reject(late(options)));
  if (ask)
    answer(ssh, async (question) => {
      limit.pause();
      await ask(question).then(
        (text) => ssh.input.write(`${text}\n`),
        (cause: unknown) => hopeless.reject(unanswered(login, question, cause)),
      );
      limit.start();
    });
  const ended = ssh.exited.then(() => Promise.reject(ssh.isMissing ? missing() : failureOf(login, ssh.lastWords)));
  try {
    limit.start();
    await abortable(Promise.race([once(ssh.output, "data"), ended, hopeless.promise]), signal);
    return ssh;
  } catch (error) {
    await ssh[Symbol.asyncDispose]();
    throw error;
  } finally {
    limit.pause();
    void ended.catch(() => undefined);
  }
}

function answer(ssh: GuardedProcess, reply: (question: string) => Promise<void>): void {
  const questions = new Questions();
  ssh.errors.on("data", (text: string) => {
    for (const question of questions.take(text)) void reply(question);
  });
}

/** A time limit that can be halted; it starts anew each time. */
class Limit {
  readonly #ms: number;
  readonly #passed: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(ms: number, passed: () => void) {
    this.#ms = ms;
    this.#passed = passed;
  }

  start(): void {
    this.pause();
    this.#timer = setTimeout(this.#passed, this.#ms);
  }

  pause(): void {
    clearTimeout(this.#timer);
  }
}

const late = ({ login, timeoutMs }: SessionOptions): SshError =>
  new SshError(`No SSH tunnel through ${login.server}: it did not stand after ${timeoutMs / 1000} s.`);

function unanswered({ server }: SshLogin, question: string, cause: unknown): SshError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new SshError(
    `No SSH tunnel through ${server}: ssh asks "${question.trim()}", and there is no answer: ${why}`,
    {
      cause,
    },
  );
}

const missing = (): SshError =>
  new SshError(
    "There is no program `ssh` here, which opens SSH tunnels: install OpenSSH's client, for example with `apt-get install openssh-client`.",
  );
