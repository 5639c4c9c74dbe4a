import { setTimeout as sleep } from "node:timers/promises";
import type { GuardedProcess } from "../guarded-process.ts";
import { freePorts } from "./free-ports.ts";
import type { Forward, SshLogin } from "./ssh-command.ts";
import { obstacleIn, SshError } from "./ssh-failure.ts";
import { type Ask, startSession } from "./ssh-session.ts";

export interface TunnelOptions extends SshLogin {
  /** What it leads to: a machine, as the SSH server calls it, and ports of it. */
  readonly host: string;
  readonly ports: readonly number[];
  /** Answers what ssh asks, when no key opens the tunnel; without it, nothing is asked. */
  readonly ask?: Ask | undefined;
  /** Until it stands; the time that answers take does not count. */
  readonly timeoutMs: number;
  /** Ends the opening, not a tunnel that stands. */
  readonly signal?: AbortSignal | undefined;
}

/** Pauses between attempts to open a broken tunnel again; the last one repeats. */
const pausesMs = [100, 500, 1000, 2000, 5000] as const;
/** Local ports are looked for first and taken afterwards: another program may be quicker. */
const portAttempts = 3;

/**
 * Ports of this machine that lead, through one run of the system's `ssh`, to ports that a server reaches. A tunnel that
 * breaks is opened again at the same ports, with the answers that the user gave the first time.
 */
export class SshTunnel implements AsyncDisposable {
  readonly #options: TunnelOptions;
  readonly #forwards: readonly Forward[];
  readonly #answers: ReadonlyMap<string, string>;
  readonly #closed = new AbortController();
  readonly #kept: Promise<void>;
  #ssh: GuardedProcess;
  /** Why it could not be opened again, while it is broken. */
  #failure: string | undefined;

  private constructor(
    options: TunnelOptions,
    forwards: readonly Forward[],
    { ssh, answers }: { ssh: GuardedProcess; answers: ReadonlyMap<string, string> },
  ) {
    this.#options = options;
    this.#forwards = forwards;
    this.#answers = answers;
    this.#ssh = ssh;
    this.#kept = this.#keep();
  }

  /** @throws {SshError} when it does not come about */
  static async open(options: TunnelOptions): Promise<SshTunnel> {
    for (let attempt = 1; ; attempt++) {
      const local = await freePorts(options.ports.length);
      const { host, ask, timeoutMs, signal } = options;
      const forwards = options.ports.map((port, index) => ({ localPort: local[index] ?? 0, host, port }));
      const answers = new Map<string, string>();
      const remember: Ask | undefined =
        ask &&
        (async (question) => {
          const answer = await ask(question);
          answers.set(question, answer);
          return answer;
        });
      try {
        const ssh = await startSession({ login: options, forwards, ask: remember, timeoutMs, signal });
        return new SshTunnel(options, forwards, { ssh, answers });
      } catch (error) {
        if (attempt === portAttempts || !(error instanceof SshError && error.isPortTaken)) throw error;
      }
    }
  }

  /** The port of this machine that leads to that one. */
  localPort(port: number): number {
    const forward = this.#forwards.find((each) => each.port === port);
    if (!forward) throw new RangeError(`The tunnel does not lead to port ${port}.`);
    return forward.localPort;
  }

  /** Why connections through it fail, as far as ssh has said so. */
  get obstacle(): string | undefined {
    return this.#failure ?? obstacleIn(this.#options.server, this.#ssh.lastWords);
  }

  /** Does not open it again when it breaks from now on. */
  letGo(): void {
    this.#closed.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.letGo();
    await this.#ssh[Symbol.asyncDispose]();
    await this.#kept;
  }

  async #keep(): Promise<void> {
    for (;;) {
      await this.#ssh.exited;
      const ssh = await this.#reopen();
      if (!ssh) return;
      if (this.#closed.signal.aborted) return ssh[Symbol.asyncDispose]();
      this.#ssh = ssh;
      this.#failure = undefined;
    }
  }

  async #reopen(): Promise<GuardedProcess | undefined> {
    const { signal } = this.#closed;
    for (let attempt = 0; ; attempt++) {
      const pauseMs = pausesMs[Math.min(attempt, pausesMs.length - 1)];
      try {
        await sleep(pauseMs, undefined, { signal });
        const { timeoutMs } = this.#options;
        const ask = this.#options.ask && this.#askAgain();
        return await startSession({ login: this.#options, forwards: this.#forwards, ask, timeoutMs, signal });
      } catch (error) {
        if (signal.aborted) return undefined;
        this.#failure = error instanceof Error ? error.message : String(error);
      }
    }
  }

  /** Who connected may not be there any more: each question gets the answer that it got before, and once. */
  #askAgain(): Ask {
    const answers = new Map(this.#answers);
    return async (question) => {
      const answer = answers.get(question);
      answers.delete(question);
      if (answer === undefined) throw new SshError(`Nobody is there to answer: ${question}`);
      return answer;
    };
  }
}
