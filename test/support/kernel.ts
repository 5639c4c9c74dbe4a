import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { kernelSpec } from "../../install/planned-files.ts";
import { Deferred } from "../../protocol/deferred.ts";
import { sessionId } from "../../protocol/ids.ts";
import type { JsonObject } from "../../protocol/json.ts";
import { type Message, Session } from "../../protocol/session.ts";
import { Signer } from "../../protocol/signature.ts";
import type { Channel } from "../../transport/channel.ts";
import { dealer, subscriber } from "../../transport/zmq-channel.ts";

export const kernelProgram = join(import.meta.dirname, "..", "..", "dist", "kernel", "main.js");

/** What one request brought: its reply, and everything published under it, up to `idle`. */
export interface Exchange {
  readonly reply: Message;
  readonly published: readonly Message[];
}

interface Waiting {
  readonly done: Deferred<Exchange>;
  readonly published: Message[];
  readonly seen: Deferred<Message>[];
  reply?: Message;
  isIdle: boolean;
}

export interface KernelStart {
  /** Its working directory; a fresh folder where none is given. */
  readonly folder?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** A kernel process and a front end for it, over our own transport. */
export class KernelProcess implements AsyncDisposable {
  readonly folder: string;
  readonly child: ChildProcess;
  /** Everything published on iopub, in order. */
  readonly published: Message[] = [];
  /** Answers `input_request`. */
  onInput: (content: JsonObject) => string = () => "";
  readonly #session = new Session({ id: sessionId(Buffer.alloc(16, 7)), signer: new Signer("key") });
  readonly #channels: { shell: Channel; control: Channel; stdin: Channel; iopub: Channel };
  readonly #waiting = new Map<string, Waiting>();
  readonly #loops: Promise<void>[];
  readonly #isOwnFolder: boolean;

  private constructor(child: ChildProcess, folder: string, ports: readonly number[], isOwnFolder: boolean) {
    this.child = child;
    this.folder = folder;
    this.#isOwnFolder = isOwnFolder;
    const url = (index: number) => `tcp://127.0.0.1:${ports[index]}`;
    this.#channels = {
      shell: dealer({ identity: "front" }).connect(url(0)),
      iopub: subscriber().connect(url(1)),
      stdin: dealer({ identity: "front" }).connect(url(2)),
      control: dealer({ identity: "front" }).connect(url(3)),
    };
    const { shell, control, stdin, iopub } = this.#channels;
    this.#loops = [
      this.#read(shell, (message) => this.#takeReply(message)),
      this.#read(control, (message) => this.#takeReply(message)),
      this.#read(stdin, (message) => this.#answerInput(message)),
      this.#read(iopub, (message) => this.#takePublished(message)),
    ];
  }

  static async start({ folder, env }: KernelStart = {}): Promise<KernelProcess> {
    const own = folder ?? mkdtempSync(join(tmpdir(), "kernel-"));
    const ports = await freePorts(5);
    const [shell, iopub, stdin, control, hb] = ports;
    const file = join(own, ".connection.json");
    const names = { shell_port: shell, iopub_port: iopub, stdin_port: stdin, control_port: control, hb_port: hb };
    writeFileSync(file, JSON.stringify({ ...names, ip: "127.0.0.1", transport: "tcp", key: "key" }));
    const spec = kernelSpec(process.execPath, kernelProgram);
    const [program = "", ...args] = spec.argv.map((word) => word.replace("{connection_file}", file));
    const child = spawn(program, args, {
      cwd: own,
      env: { ...process.env, ...spec.env, ...env },
      stdio: ["ignore", "inherit", "inherit"],
    });
    const kernel = new KernelProcess(child, own, ports, folder === undefined);
    await kernel.#subscribed();
    return kernel;
  }

  /** Runs a cell and waits for its reply and its `idle`. */
  async execute(code: string, options: JsonObject = {}): Promise<Exchange> {
    return this.begin(code, options).done;
  }

  /** Sends a cell; `published(type)` resolves with the first message of that type that is published under it. */
  begin(code: string, options: JsonObject = {}) {
    const content = { code, silent: false, store_history: true, allow_stdin: true, stop_on_error: true, ...options };
    return this.#send("shell", "execute_request", content);
  }

  async request(channel: "shell" | "control", type: string, content: JsonObject = {}): Promise<Exchange> {
    return this.#send(channel, type, content).done;
  }

  /** Sends something that has no reply, such as comm messages. */
  send(type: string, content: JsonObject): { readonly done: Promise<Exchange> } {
    return this.#send("shell", type, content, true);
  }

  /** Resolves with the exit code when the process has ended. */
  async exited(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, "exit");
    return this.child.exitCode;
  }

  /** Resident memory in MB, asked of the system, so that the kernel stays idle. */
  async rssMb(): Promise<number> {
    const { stdout } = await promisify(execFile)("ps", ["-o", "rss=", "-p", String(this.child.pid)]);
    return Number(stdout) / 1024;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const isAlive = this.child.exitCode === null && this.child.signalCode === null;
    if (isAlive) {
      const exit = once(this.child, "exit");
      this.child.kill("SIGKILL");
      await exit;
    }
    await Promise.all(Object.values(this.#channels).map((channel) => channel[Symbol.asyncDispose]()));
    await Promise.all(this.#loops);
    if (this.#isOwnFolder) rmSync(this.folder, { recursive: true, force: true });
  }

  #send(channel: "shell" | "control", type: string, content: JsonObject, isOneWay = false) {
    const header = this.#session.header(type);
    const done = new Deferred<Exchange>();
    // The monitor answers interrupt and shutdown without busy and idle.
    const waiting: Waiting = { done, published: [], seen: [], isIdle: channel === "control" };
    if (isOneWay) waiting.reply = { idents: [], header, parent: header, metadata: {}, content: {}, buffers: [] };
    this.#waiting.set(header.msg_id, waiting);
    this.#channels[channel].send(this.#session.pack({ type, content, header }));
    const published = async (wanted: string): Promise<Message> => {
      for (;;) {
        const found = waiting.published.find(({ header: { msg_type } }) => msg_type === wanted);
        if (found) return found;
        const next = new Deferred<Message>();
        waiting.seen.push(next);
        await next.promise;
      }
    };
    return { done: done.promise, published };
  }

  /** The first messages on iopub may come before the subscription stands: ask until one arrives. */
  async #subscribed(): Promise<void> {
    const { done, published } = this.#send("shell", "kernel_info_request", {});
    void done.catch(() => undefined);
    const timer = setInterval(() => void this.#send("shell", "kernel_info_request", {}), 50);
    await Promise.race([published("status"), this.#anyPublished.promise]);
    clearInterval(timer);
  }

  readonly #anyPublished = new Deferred<void>();

  async #read(channel: Channel, take: (message: Message) => void): Promise<void> {
    for await (const frames of channel.messages) take(this.#session.unpack(frames));
  }

  #takeReply(message: Message): void {
    const waiting = this.#waiting.get(message.parent?.msg_id ?? "");
    if (!waiting) return;
    waiting.reply = message;
    this.#settle(waiting);
  }

  #takePublished(message: Message): void {
    this.#anyPublished.resolve();
    this.published.push(message);
    const waiting = this.#waiting.get(message.parent?.msg_id ?? "");
    if (!waiting) return;
    waiting.published.push(message);
    for (const seen of waiting.seen.splice(0)) seen.resolve(message);
    if (message.content["execution_state"] === "idle") waiting.isIdle = true;
    this.#settle(waiting);
  }

  #answerInput(message: Message): void {
    const content = { value: this.onInput(message.content) };
    this.#channels.stdin.send(this.#session.pack({ type: "input_reply", content, parent: message.header }));
  }

  #settle({ reply, isIdle, published, done }: Waiting): void {
    if (reply && isIdle) done.resolve({ reply, published });
  }
}

/** Texts of a stream, joined. */
export function streamText(published: readonly Message[], name: "stdout" | "stderr" = "stdout"): string {
  return published
    .filter(({ header, content }) => header.msg_type === "stream" && content["name"] === name)
    .map(({ content }) => content["text"])
    .join("");
}

/** Plain text of the cell's value; `undefined` where it has none. */
export function resultText(published: readonly Message[]): unknown {
  const result = published.find(({ header }) => header.msg_type === "execute_result");
  return (result?.content["data"] as JsonObject | undefined)?.["text/plain"];
}

/** Types of what was published, `status` left out. */
export const typesOf = (published: readonly Message[]): readonly string[] =>
  published.map(({ header }) => header.msg_type).filter((type) => type !== "status");

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(
    servers.map((server) => {
      const closed = once(server, "close");
      server.close();
      return closed;
    }),
  );
  return ports;
}
