import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { Deferred } from "../../protocol/deferred.ts";
import type { Frames } from "../../transport/channel.ts";
import { resumeAfterStop } from "../../transport/resume.ts";
import { internalBinding } from "./internal-binding.ts";
import {
  type Abortion,
  asBuffers,
  type EndReason,
  type FromMonitor,
  type MainProbe,
  type MonitorPorts,
  type MonitorRole,
  type MonitorStart,
  probeKey,
  type ToMonitor,
} from "./monitor-messages.ts";
import { RunningRequest } from "./running-request.ts";

/** What the main thread does when its monitor calls. */
export interface MonitorListener {
  /** A control message, verified already, to be answered with `Monitor.send`. */
  control(frames: Buffer[]): void;
  /** The monitor has answered, and interrupts the request that runs if it is one of these. */
  abort(abortion: Abortion): void;
  /**
   * Request `serial` is interrupted: if it still runs it ends, as aborted or KeyboardInterrupt. Its JavaScript may be gone.
   */
  interrupt(serial: number): void;
  /** JavaScript was stopped by force: whatever waited for a microtask has to be looked after. */
  stopped(): void;
  /** The hub has given the engine another id. */
  renumbered?(id: number): void;
  /** The process is to end; the monitor kills it when that takes more than two seconds. */
  end(reason: EndReason): void;
  log(text: string): void;
}

/** How long the process's end may wait for the monitor to say good-bye and close its sockets. */
const closeMs = 1500;
/** Exit code of a process that a signal ended, as shells give it for SIGINT. */
const interrupted = 130;

/**
 * The main thread's side of the monitor thread, which answers heartbeats and the control channel while user code runs,
 * and interrupts that code. One a process; started before anything else, as it connects to this thread's inspector.
 */
export class Monitor implements AsyncDisposable {
  readonly #port: MessagePort;
  readonly #thread: Worker;
  readonly #running = new RunningRequest();
  readonly #ready = new Deferred<void>();
  readonly #exited = new Deferred<void>();
  #serving: Deferred<MonitorPorts> | undefined;
  #listener: MonitorListener | undefined;
  #isClosed = false;

  /** @throws when the process runs without `--expose-internals` */
  constructor() {
    showProbe();
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const start: MonitorStart = {
      port: port2,
      memory: this.#running.memory,
      ownFolders: ownFolders(),
      command: {
        program: process.execPath,
        args: [...process.execArgv, ...process.argv.slice(1)],
        folder: process.cwd(),
      },
    };
    this.#thread = new Worker(new URL("./monitor-thread.js", import.meta.url), {
      workerData: start,
      transferList: [port2],
      name: "monitor",
    });
    this.#thread.on("error", (error) => this.#fail(error));
    this.#thread.on("exit", () => this.#exited.resolve());
    this.#ready.promise.catch(() => undefined); // `serve` reports it.
    port1.on("message", (message: FromMonitor) => this.#receive(message));
    process.on("exit", () => this.closeNow());
  }

  /**
   * Opens the sockets of the role; resolves when they are bound or connecting, and interrupts work.
   * @throws naming the address that could not be bound
   */
  async serve(role: MonitorRole, listener: MonitorListener): Promise<MonitorPorts> {
    await this.#ready.promise;
    hideProbe();
    this.#listener = listener;
    this.#serving = new Deferred();
    this.#tell({ kind: "serve", role });
    return this.#serving.promise;
  }

  /** A request starts to run. @param header as received @returns its serial, for `MonitorListener.interrupt` */
  begin(header: Buffer): number {
    return this.#running.begin(header);
  }

  /** No request runs. */
  end(): void {
    this.#running.end();
  }

  /** Handles at once what the monitor has sent so far: before the next request, so that an abort comes before it. */
  drain(): void {
    for (;;) {
      const received = receiveMessageOnPort(this.#port) as { message: FromMonitor } | undefined;
      if (!received) return;
      this.#receive(received.message);
    }
  }

  /** Sends on a socket of the monitor; iopub is the kernel's (an engine publishes itself). */
  send(channel: "control" | "iopub", frames: Frames): void {
    this.#tell({ kind: "send", channel, frames });
  }

  /** Blocks until the monitor has said good-bye and closed its sockets: all that an ending process can do. */
  closeNow(): void {
    if (!this.#askToClose()) return;
    this.#running.waitUntilClosed(closeMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#askToClose()) await this.#exited.promise;
  }

  #askToClose(): boolean {
    if (this.#isClosed) return false;
    this.#isClosed = true;
    this.#tell({ kind: "close" });
    this.#port.unref();
    return true;
  }

  #tell(message: ToMonitor): void {
    this.#port.postMessage(message);
  }

  #receive(message: FromMonitor): void {
    switch (message.kind) {
      case "ready":
        this.#ready.resolve();
        break;
      case "serving":
        this.#serving?.resolve(message.ports);
        break;
      case "failed":
        this.#serving?.reject(new Error(message.message));
        break;
      default:
        this.#dispatch(message);
    }
  }

  #dispatch(message: Exclude<FromMonitor, { kind: "ready" | "serving" | "failed" }>): void {
    const listener = this.#listener;
    // Not serving yet, a process ends on signals as any other does.
    if (!listener && (message.kind === "ask" || message.kind === "end")) process.exit(interrupted);
    switch (message.kind) {
      case "ask":
        this.#tell({ kind: "awake", ask: message.ask });
        resumeAfterStop(); // The question may have waited behind code that was stopped meanwhile.
        if (message.serial !== 0) listener?.interrupt(message.serial);
        break;
      case "stopped":
        resumeAfterStop();
        listener?.stopped();
        if (message.serial !== 0) listener?.interrupt(message.serial);
        break;
      case "control":
        listener?.control(asBuffers(message.frames));
        break;
      case "abort":
        listener?.abort(message.abortion);
        break;
      case "end":
        listener?.end(message.reason);
        break;
      case "renumbered":
        listener?.renumbered?.(message.id);
        break;
      case "log":
        listener?.log(message.text);
        break;
    }
  }

  /** Without its monitor a process can neither be interrupted nor seen: it ends. */
  #fail(error: Error): void {
    this.#ready.reject(error);
    this.#serving?.reject(error);
    this.#listener?.end({ kind: "monitor-failed", message: error.message });
  }
}

type Holder = { [key: symbol]: MainProbe | undefined };

function showProbe(): void {
  const { clearAsyncIdStack } = internalBinding("async_wrap");
  (globalThis as Holder)[Symbol.for(probeKey)] = { clearAsyncIds: () => clearAsyncIdStack() };
}

function hideProbe(): void {
  delete (globalThis as Holder)[Symbol.for(probeKey)];
}

/** Where code of ours lies, and of the package whose callbacks run ours. */
function ownFolders(): string[] {
  const dist = join(import.meta.dirname, "..", "..");
  const zeromq = dirname(dirname(createRequire(import.meta.url).resolve("zeromq")));
  return [dist, zeromq].map((folder) => folder + sep);
}
