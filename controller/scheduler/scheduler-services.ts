import type { EngineUuid } from "../../protocol/ids.ts";
import type { Session } from "../../protocol/session.ts";
import type { Frames } from "../../transport/channel.ts";
import type { Complaints } from "../complaints.ts";
import type { Channels } from "../network/channels.ts";
import type { TrafficObserver } from "../traffic.ts";
import { BroadcastService } from "./broadcast/broadcast-service.ts";
import type { ChosenScheme } from "./placement/choose-scheme.ts";
import { schemes } from "./placement/schemes.ts";
import { AbortWatcher } from "./relay/abort-watcher.ts";
import { DirectTraffic } from "./relay/direct-traffic.ts";
import { IopubService } from "./relay/iopub-service.ts";
import { RelayService } from "./relay/relay-service.ts";
import type { TaskEnding } from "./tasks/scheduler-events.ts";
import { TaskScheduler, type TaskSchedulerOptions } from "./tasks/task-scheduler.ts";
import { type EarlierTask, TaskSchedulerService } from "./tasks/task-scheduler-service.ts";

export interface SchedulerServicesOptions {
  readonly channels: Channels;
  readonly session: Session;
  readonly scheme: ChosenScheme;
  /** Most tasks that an engine holds at once; 0 = no limit. */
  readonly highWaterMark: number;
  readonly isRegistered: (engine: EngineUuid) => boolean;
  readonly traffic: TrafficObserver;
  /** An engine announced on iopub that it ends. */
  readonly engineLeft: (engine: EngineUuid) => void;
  /** An earlier controller may have left tasks with engines. */
  readonly isRestored: boolean;
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
    const relay = { session, isRegistered, complaints };
    new IopubService({
      engines: channels.iopubEngines,
      clients: channels.iopubClients,
      dialect: session,
      engineLeft: options.engineLeft,
      traffic,
      complaints,
    });
    this.#broadcast = new BroadcastService({
      session,
      complaints,
      clients: channels.broadcastClients,
      leaves: channels.broadcastLeaves,
    });
    this.taskOverview = new TaskScheduler(taskRules(options));
    this.#tasks = new TaskSchedulerService({
      scheduler: this.taskOverview,
      clients: channels.taskClients,
      engines: channels.taskEngines,
      session,
      lateRepliesMs,
      isPure: options.scheme === "pure",
      isRestored: options.isRestored,
      traffic,
      complaints,
    });
    new RelayService({
      ...relay,
      name: "mux",
      clients: channels.muxClients,
      engines: channels.muxEngines,
      watcher: new DirectTraffic(session, traffic),
    });
    new RelayService({
      ...relay,
      name: "control",
      clients: channels.controlClients,
      engines: channels.controlEngines,
      watcher: new AbortWatcher(session, (tasks) => this.#tasks.abort(tasks)),
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
  submit(frames: Frames): void {
    this.#tasks.submit(frames);
  }

  /**
   * Takes over tasks that an earlier controller has left, in the order of their submission. Engines that are still there
   * must have joined; a task of one that is not has lost its engine.
   * @param endings of tasks that these depend on: one that is neither here nor there makes them invalid
   */
  restore(tasks: readonly EarlierTask[], endings: readonly TaskEnding[]): void {
    this.#tasks.restore(tasks, endings);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tasks[Symbol.asyncDispose]();
  }
}

/** In turn, that is to the engine which has waited longest, however much it holds. */
const taskRules = ({ scheme, highWaterMark }: SchedulerServicesOptions): TaskSchedulerOptions =>
  scheme === "pure"
    ? { scheme: schemes.lru, highWaterMark: 0, random: Math.random, isPure: true }
    : { scheme, highWaterMark, random: Math.random };
