import { setTimeout as sleep } from "node:timers/promises";
import type { MessagePort } from "node:worker_threads";
import type { SessionId } from "../../protocol/ids.ts";
import { openPacker } from "../../protocol/open-packer.ts";
import { Session } from "../../protocol/session.ts";
import { Signer } from "../../protocol/signature.ts";
import { ControlService } from "./control-service.ts";
import { Interrupter } from "./interrupter.ts";
import { MainInspector } from "./main-inspector.ts";
import { Membership } from "./membership.ts";
import {
  type Abortion,
  asBuffers,
  type EndReason,
  type EngineRole,
  type FromMonitor,
  type MonitoredCommand,
  type MonitorRole,
  type MonitorSession,
  type MonitorStart,
  type ToMonitor,
} from "./monitor-messages.ts";
import { engineChannels, kernelChannels, type RoleChannels } from "./role-channels.ts";
import { RunningRequest } from "./running-request.ts";
import { watchSignals } from "./signals.ts";
import { startSuccessor } from "./successor.ts";

/** How long the main thread may take to end the process in good order. */
const endMs = 2000;
/** How long a message needs to leave this machine's buffers before the process is killed. */
const farewellMs = 100;

/** What a role needs once its sockets are open. */
interface Serving {
  readonly role: MonitorRole;
  readonly session: Session;
  readonly channels: RoleChannels;
  /** Of an engine. */
  readonly membership: Membership | undefined;
}

/**
 * Life of the monitor thread. It answers the control channel and heartbeats while the main thread runs user code,
 * interrupts that code, and sees to it that the process ends when it is told to.
 */
export class MonitorService {
  readonly #port: MessagePort;
  readonly #command: MonitoredCommand;
  readonly #running: RunningRequest;
  readonly #inspector: MainInspector;
  readonly #interrupter: Interrupter;
  readonly #unwatchSignals: () => void;
  #serving: Serving | undefined;
  #isEnding = false;
  /** Whether the program is to be started again when the process has left the cluster. */
  #hasSuccessor = false;

  /** Resolves when interrupts work. */
  static async start(start: MonitorStart): Promise<void> {
    start.port.ref(); // A waiting inspector command alone would not keep the thread alive.
    new MonitorService(start, await MainInspector.connect());
  }

  private constructor({ port, memory, ownFolders, command }: MonitorStart, inspector: MainInspector) {
    this.#port = port;
    this.#command = command;
    this.#running = new RunningRequest(memory);
    this.#inspector = inspector;
    this.#interrupter = new Interrupter({
      inspector,
      running: this.#running,
      ownFolders,
      ask: (ask, serial) => {
        this.#serving?.channels.iopub(); // Connected by the time there may be something to say.
        this.#tell({ kind: "ask", ask, serial });
      },
      stopped: (serial) => this.#tell({ kind: "stopped", serial }),
      offerRestart: () => this.#offerRestart(),
      restart: () => {
        this.#hasSuccessor = true;
        void this.#kill();
      },
    });
    this.#unwatchSignals = watchSignals((signal) => {
      if (signal === "SIGINT") this.#interrupter.interrupt();
      else this.#end({ kind: "signal" });
    });
    port.on("message", (message: ToMonitor) => void this.#receive(message));
    this.#tell({ kind: "ready" });
  }

  #tell(message: FromMonitor): void {
    this.#port.postMessage(message);
  }

  async #receive(message: ToMonitor): Promise<void> {
    switch (message.kind) {
      case "serve":
        await this.#serve(message.role);
        break;
      case "awake":
        this.#interrupter.heard(message.ask);
        break;
      case "send":
        this.#channel(message.channel)?.send(asBuffers(message.frames));
        break;
      case "close":
        await this.#close();
        this.#running.close();
        break;
    }
  }

  #channel(name: "control" | "iopub") {
    const channels = this.#serving?.channels;
    return name === "control" ? channels?.control : channels?.iopub();
  }

  async #serve(role: MonitorRole): Promise<void> {
    try {
      const session = await openSession(role.session);
      const serving =
        role.kind === "engine" ? this.#joinCluster(role, session) : { channels: await kernelChannels(role) };
      const { channels } = serving;
      this.#serving = { role, session, membership: undefined, ...serving };
      new ControlService({
        channel: channels.control,
        session,
        interrupt: () => this.#interrupter.interrupt(),
        isRunning: (msgId) => this.#running.current?.header?.msg_id === msgId,
        signal: (signal) => process.kill(process.pid, signal),
        shutdown: ({ header }, restart) => this.#end({ kind: "shutdown", restart, parent: JSON.stringify(header) }),
        abort: (abortion) => this.#abort(abortion),
        forward: (frames) => this.#tell({ kind: "control", frames }),
        log: (text) => this.#tell({ kind: "log", text }),
      });
      this.#tell({ kind: "serving", ports: channels.ports });
    } catch (error) {
      this.#tell({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
    }
  }

  #joinCluster(role: EngineRole, session: Session): Pick<Serving, "channels" | "membership"> {
    const membership = new Membership({
      role,
      session,
      renumbered: (id) => this.#tell({ kind: "renumbered", id }),
      log: (text) => this.#tell({ kind: "log", text }),
    });
    const channels = engineChannels(role, {
      onLost: () => this.#end({ kind: "controller-lost" }),
      onReturned: () => void membership.confirm(),
      farewell: () => membership.farewell(),
    });
    return { channels, membership };
  }

  /**
   * Tells the main thread before it looks what runs there, while the main thread says what it runs before it hears what
   * was told: so one of the two finds a request that begins just now.
   */
  #abort(abortion: Abortion): void {
    this.#tell({ kind: "abort", abortion });
    if (!abortion.stopsRunning) return;
    const running = this.#running.current;
    const msgId = running?.header?.msg_id;
    if (running && msgId !== undefined && abortion.msgIds?.includes(msgId)) this.#interrupter.stop(running.serial);
  }

  /** The stuck main thread cannot say it itself. */
  #offerRestart(): void {
    if (!this.#serving) return;
    const { role, session, channels, membership } = this.#serving;
    const topic = membership ? `engine.${membership.id}.stderr` : "stream";
    const name = role.kind === "kernel" ? role.name : `engine ${membership?.id}`;
    const text = `${name} is in native code; interrupt again to restart it\n`;
    const message = session.pack({
      type: "stream",
      content: { name: "stderr", text },
      parent: this.#running.current?.header,
      idents: [Buffer.from(topic)],
    });
    channels.iopub().send(message);
  }

  /** Asks the main thread to end the process; interrupts it so that it hears; kills it when it does not. */
  #end(reason: EndReason): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#hasSuccessor = reason.kind === "shutdown" && reason.restart;
    this.#tell({ kind: "end", reason });
    this.#interrupter.interrupt();
    setTimeout(() => void this.#kill(), endMs).unref();
  }

  async #kill(): Promise<void> {
    await this.#close();
    await sleep(farewellMs);
    process.kill(process.pid, "SIGKILL");
  }

  /** zeromq sockets that are open when their thread ends crash the process (zeromq.js #411). */
  async #close(): Promise<void> {
    const { channels, role } = this.#serving ?? {};
    this.#serving = undefined;
    this.#isEnding = true;
    channels?.farewell();
    await channels?.[Symbol.asyncDispose]();
    // A kernel is started again by the Jupyter server that watches it.
    if (this.#hasSuccessor && role?.kind === "engine") startSuccessor(this.#command);
    this.#inspector.disconnect();
    this.#unwatchSignals();
    this.#port.unref();
  }
}

/** Ids of its messages differ from the main thread's by the process number, which is left out here. */
async function openSession({ id, key, scheme, packer }: MonitorSession): Promise<Session> {
  const signer = new Signer(key, scheme);
  return new Session({ id: id as SessionId, signer, packer: await openPacker({ pack: packer, unpack: packer }, id) });
}
