import type { EngineUuid } from "../../protocol/ids.ts";
import type { Session } from "../../protocol/session.ts";
import type { Channels } from "../channels.ts";
import type { Complaints } from "../complaints.ts";
import type { TrafficObserver } from "../traffic.ts";
import { BroadcastService } from "./broadcast-service.ts";
import { DirectTraffic } from "./direct-traffic.ts";
import { IopubService } from "./iopub-service.ts";
import { RelayService } from "./relay-service.ts";
import { type SchemeName, schemes } from "./schemes.ts";
import { TaskScheduler } from "./task-scheduler.ts";
import { TaskSchedulerService } from "./task-scheduler-service.ts";

export interface SchedulerServicesOptions {
  readonly channels: Channels;
  readonly session: Session;
  readonly scheme: SchemeName;
  /** Most tasks that an engine holds at once; 0 = no limit. */
  readonly highWaterMark: number;
  readonly isRegistered: (engine: EngineUuid) => boolean;
  readonly traffic: TrafficObserver;
  /** An engine announced on iopub that it ends. */
  readonly engineLeft: (engine: EngineUuid) => void;
  readonly complaints: Complaints;
}

interface JoiningEngine {
  readonly id: number;
  readonly uuid: EngineUuid;
}

/** How long a lost engine's replies may come late: the loss itself already had a grace. */
const lateRepliesMs = 250;

/** Everything between clients and engines: direct, control, balanced and broadcast requests, and output. */
export class SchedulerServices implements AsyncDisposable {
  /** What the hub asks about tasks. */
  readonly taskOverview: TaskScheduler;
  readonly #tasks: TaskSchedulerService;
  readonly #broadcast: BroadcastService;

  constructor(options: SchedulerServicesOptions) {
    const { channels, session, isRegistered, traffic, complaints } = options;
    const shared = { session, isRegistered, complaints };
    const { muxClients, muxEngines, controlClients, controlEngines } = channels;
    const watcher = new DirectTraffic(session, traffic);
    new RelayService({ ...shared, name: "mux", clients: muxClients, engines: muxEngines, watcher });
    const unwatched = { requestPassed: () => undefined };
    new RelayService({
      ...shared,
      name: "control",
      clients: controlClients,
      engines: controlEngines,
      watcher: unwatched,
    });
    new IopubService({
      engines: channels.iopubEngines,
      clients: channels.iopubClients,
      dialect: session,
      engineLeft: options.engineLeft,
      traffic,
      complaints,
    });
    this.#broadcast = new BroadcastService({
      ...shared,
      clients: channels.broadcastClients,
      engines: channels.broadcastLeaves[0],
    });
    const { scheme, highWaterMark } = options;
    this.taskOverview = new TaskScheduler({ scheme: schemes[scheme], highWaterMark, random: Math.random });
    this.#tasks = new TaskSchedulerService({
      scheduler: this.taskOverview,
      clients: channels.taskClients,
      engines: channels.taskEngines,
      session,
      lateRepliesMs,
      traffic,
      complaints,
    });
  }

  engineJoined(engine: JoiningEngine): void {
    this.#broadcast.engineJoined(engine);
    this.#tasks.engineJoined(engine);
  }

  engineLost(engine: JoiningEngine): void {
    this.#broadcast.engineLost(engine);
    this.#tasks.engineLost(engine);
  }

  /** A task in the hub's own name: its address, then the message. Replies to it vanish. */
  submit(frames: Buffer[]): void {
    this.#tasks.submit(frames);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tasks[Symbol.asyncDispose]();
  }
}
