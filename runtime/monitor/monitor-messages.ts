import type { PackerName } from "../../protocol/packer.ts";
import type { Curve } from "../../transport/curve.ts";

/** What the monitor thread needs to verify and sign messages in its process's name. */
export interface MonitorSession {
  readonly id: string;
  readonly key: string;
  readonly scheme: string;
  readonly packer: PackerName;
}

/** Monitor of an engine: everything connects out to the controller (wire protocol §4, §7.1). */
export interface EngineRole {
  readonly kind: "engine";
  readonly session: MonitorSession;
  /** How its connections are encrypted. */
  readonly curve: Curve | undefined;
  readonly control: string;
  readonly heart: { readonly ping: string; readonly pong: string; readonly periodMs: number };
  /** Where stderr of a stuck request goes. */
  readonly iopub: { readonly url: string };
  /** With the hub: it is told when the process ends in any way that the monitor can see. */
  readonly registration: { readonly url: string; readonly id: number };
}

/** Monitor of a notebook's kernel: it binds what must answer while cells run (Jupyter messaging 5.4). */
export interface KernelRole {
  readonly kind: "kernel";
  /** As messages to the user name it. */
  readonly name: string;
  readonly session: MonitorSession;
  readonly control: string;
  readonly heartbeat: string;
  /** Bound here, not on the main thread, so that both can publish. */
  readonly iopub: string;
}

export type MonitorRole = EngineRole | KernelRole;

/** Ports of what was bound; 0 for what connects. */
export interface MonitorPorts {
  readonly control: number;
  readonly heartbeat: number;
  readonly iopub: number;
}

/** Why the process is to end. */
export type EndReason =
  | { readonly kind: "shutdown"; readonly restart: boolean; readonly parent: string }
  | { readonly kind: "signal" }
  | { readonly kind: "controller-lost" }
  | { readonly kind: "monitor-failed"; readonly message: string };

/** Which shell requests are not to run. */
export interface Abortion {
  /** Without ids, all that are queued. */
  readonly msgIds: readonly string[] | undefined;
  /** One of them that runs already is stopped. */
  readonly stopsRunning: boolean;
}

/** Main thread to monitor. */
export type ToMonitor =
  | { readonly kind: "serve"; readonly role: MonitorRole }
  | { readonly kind: "awake"; readonly ask: number }
  | { readonly kind: "send"; readonly channel: "control" | "iopub"; readonly frames: readonly Uint8Array[] }
  | { readonly kind: "close" };

/** Monitor to main thread. */
export type FromMonitor =
  | { readonly kind: "ready" }
  | { readonly kind: "serving"; readonly ports: MonitorPorts }
  | { readonly kind: "failed"; readonly message: string }
  /** Are you free? If so: reject what request `serial` waits for (0 = nothing runs). */
  | { readonly kind: "ask"; readonly ask: number; readonly serial: number }
  /** JavaScript of the main thread was stopped by force, under request `serial`. */
  | { readonly kind: "stopped"; readonly serial: number }
  | { readonly kind: "control"; readonly frames: readonly Uint8Array[] }
  | { readonly kind: "abort"; readonly abortion: Abortion }
  | { readonly kind: "end"; readonly reason: EndReason }
  /** The hub has given the engine another id. */
  | { readonly kind: "renumbered"; readonly id: number }
  | { readonly kind: "log"; readonly text: string };

/** Given to the thread when it starts. */
export interface MonitorStart {
  readonly port: import("node:worker_threads").MessagePort;
  readonly memory: SharedArrayBuffer;
  readonly ownFolders: readonly string[];
  readonly command: MonitoredCommand;
}

/** How the process was started; a worker has its own `process.argv`. */
export interface MonitoredCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
}

/** Under this symbol the main thread shows its `MainProbe` until the monitor has taken hold of it. */
export const probeKey = "tsparallel.main-probe";

/** What the monitor calls on the main thread through the inspector, whatever else runs there. */
export interface MainProbe {
  /** Forgets Node's stack of async ids: stopped code never pops its own, and Node would abort on that. */
  clearAsyncIds(): void;
}

export const asBuffers = (frames: readonly Uint8Array[]): Buffer[] =>
  frames.map((frame) => Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength));
