import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Logger } from "../../../cli/logger.ts";
import { type JsonObject, parseJson } from "../../../protocol/json.ts";
import { GuardedProcess } from "../../../transport/guarded-process.ts";
import type { Answer } from "../answer.ts";
import { Refusal } from "../refusal.ts";
import { daskArguments } from "./dask-arguments.ts";

export interface DaskServiceOptions {
  /** Program and first arguments; what a client wants is added. The next is tried where one does not have Dask. */
  readonly commands: readonly (readonly string[])[];
  /** Where it listens unless a client says otherwise; `undefined` = everywhere. */
  readonly host: string | undefined;
  readonly log: Logger;
}

/** It imports a lot of Python, perhaps from a network drive. */
const startMs = 60_000;
const pollMs = 50;

interface Running {
  readonly process: GuardedProcess;
  readonly address: URL;
}

/** What it writes to its `--scheduler-file` when it listens. */
const schedulerFile = z.looseObject({ address: z.url() });

/**
 * Turns the cluster into one of Dask's (wire protocol §6.12): one `dask scheduler` beside the controller, which ends
 * with it at the latest. Clients start the workers, on the engines.
 */
export class DaskService implements AsyncDisposable {
  readonly #options: DaskServiceOptions;
  #running: Promise<Running> | undefined;
  /** Ends a start that is under way. */
  #stop = new AbortController();

  constructor(options: DaskServiceOptions) {
    this.#options = options;
  }

  /**
   * Starts it with keyword arguments of Dask's `Scheduler`; one that runs already stays as it is.
   * @throws {Refusal} when it cannot be started
   */
  async answerStart(args: JsonObject): Promise<Answer> {
    const { address } = await this.#start(args).catch(refuse);
    const { protocol, host, hostname: ip, port } = address;
    const content = { status: "ok", address: `${protocol}//${host}`, ip, port: Number(port) };
    return { type: "become_dask_reply", content };
  }

  async answerStop(): Promise<Answer> {
    await this.#end();
    return { type: "stop_distributed_reply", content: { status: "ok" } };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
  }

  #start(args: JsonObject): Promise<Running> {
    if (this.#running) return this.#running;
    const running = this.#launch(args, this.#stop.signal);
    this.#running = running;
    void this.#forgetAfter(running);
    return running;
  }

  /** A later request starts another where this one fails or ends by itself. */
  async #forgetAfter(running: Promise<Running>): Promise<void> {
    const started = await running.catch(() => undefined);
    await started?.process.exited;
    if (this.#running !== running) return;
    this.#running = undefined;
    if (started) this.#options.log.warn(`the Dask scheduler has ended: ${started.process.lastWords.slice(-500)}`);
  }

  async #end(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    this.#stop.abort(new Refusal("RuntimeError", "The Dask scheduler was stopped while it started."));
    this.#stop = new AbortController();
    const started = await running?.catch(() => undefined);
    await started?.process[Symbol.asyncDispose]();
  }

  async #launch(given: JsonObject, signal: AbortSignal): Promise<Running> {
    const { args, env } = daskArguments(given, this.#options.host);
    const folder = await mkdtemp(join(tmpdir(), "tsparallel-dask-"));
    const file = join(folder, "scheduler.json");
    try {
      for (const [program = "", ...first] of this.#options.commands) {
        const argv = [...first, ...args, "--scheduler-file", file];
        const running = await this.#try(GuardedProcess.spawn(program, argv, env), file, signal);
        if (running) return running;
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    const tried = this.#options.commands.map((command) => command.join(" ")).join(", ");
    throw new Refusal(
      "ImportError",
      `No Dask scheduler can be started (tried: ${tried}). Install Dask where the controller runs: pip install "dask[distributed]".`,
    );
  }

  /** @returns `undefined` where the program is missing or has no Dask */
  async #try(process: GuardedProcess, file: string, signal: AbortSignal): Promise<Running | undefined> {
    try {
      const address = await awaitAddress(process, file, AbortSignal.any([signal, AbortSignal.timeout(startMs)]));
      if (!address) return undefined;
      this.#options.log.info(`a Dask scheduler listens on ${address.host}`);
      return { process, address };
    } catch (error) {
      await process[Symbol.asyncDispose]();
      if (error instanceof Refusal) throw error;
      throw new Error(`${messageOf(error)}\n${process.lastWords}`, { cause: error });
    }
  }
}

/** Whatever goes wrong (a full disk, an argument that no program can be given) is an answer to who asked for it. */
function refuse(error: unknown): never {
  if (error instanceof Refusal) throw error;
  throw new Refusal("RuntimeError", `The Dask scheduler did not start: ${messageOf(error)}`, { cause: error });
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** @returns `undefined` where the program is missing or has no Dask @throws where it ends otherwise */
async function awaitAddress(process: GuardedProcess, file: string, signal: AbortSignal): Promise<URL | undefined> {
  for (;;) {
    const address = await readAddress(file);
    if (address) return address;
    if (process.isMissing) return undefined;
    if (process.hasEnded && /No module named '?(dask|distributed)/.test(process.lastWords)) return undefined;
    if (process.hasEnded) throw new Error("it ended at once");
    signal.throwIfAborted();
    await Promise.race([sleep(pollMs), process.exited]);
  }
}

/** @returns `undefined` as long as the file is missing or half written */
async function readAddress(file: string): Promise<URL | undefined> {
  try {
    return new URL(schedulerFile.parse(parseJson(await readFile(file))).address);
  } catch {
    return undefined;
  }
}
