import type { Logger } from "../cli/logger.ts";
import type { JsonObject } from "../protocol/json.ts";
import type { Session } from "../protocol/session.ts";
import { type Channels, closeChannels } from "./channels.ts";
import { Complaints } from "./complaints.ts";
import { Activity } from "./hub/activity.ts";
import { EnginesFile } from "./hub/engines-file.ts";
import { HeartMonitor } from "./hub/heart-monitor.ts";
import { HeartService, probeMs } from "./hub/heart-service.ts";
import { HubService } from "./hub/hub-service.ts";
import { Registry } from "./hub/registry.ts";
import type { ControllerOptions } from "./options.ts";
import { SchedulerServices } from "./scheduler/scheduler-services.ts";
import { type SchemeName, schemeNames } from "./scheduler/schemes.ts";

export interface ControllerServiceOptions {
  readonly options: ControllerOptions;
  /** Bound; the service closes them. */
  readonly channels: Channels;
  readonly session: Session;
  /** Told to every engine that registers. */
  readonly engineConnection: JsonObject;
  /** Path of the list of engines. */
  readonly enginesFile: string;
  /** A client asked the controller to end. */
  readonly shutDown: () => void;
  readonly log: Logger;
}

/** What the log says of an engine whose heart stopped. */
const reasons = { "connection-lost": "its connection was lost", silent: "it answered no heartbeats" } as const;

/** Least time from registration to first heartbeat after which an engine is given up (wire protocol §20). */
const leastPatienceMs = 30_000;

const now = (): number => performance.now();

/** Hub and schedulers on one set of sockets, in one event loop. */
export class ControllerService implements AsyncDisposable {
  readonly #channels: Channels;
  readonly #schedulers: SchedulerServices;
  readonly #hearts: HeartService;

  constructor({ options, channels, session, engineConnection, enginesFile, shutDown, log }: ControllerServiceOptions) {
    const complaints = new Complaints(log, now);
    const registry = new Registry(patienceMs(options));
    const activity = new Activity();
    this.#channels = channels;
    this.#schedulers = new SchedulerServices({
      channels,
      session,
      scheme: schemeNamed(options.scheme),
      highWaterMark: options.hwm,
      isRegistered: (engine) => registry.isRegistered(engine),
      observer: activity,
      engineLeft: (engine) => hub.engineGone(engine, "it was shut down"),
      complaints,
    });
    this.#hearts = new HeartService({
      monitor: new HeartMonitor({ maxMisses: options.maxMisses, graceProbes: graceProbes(options) }),
      periodMs: options.ping,
      pings: channels.hbPing,
      pongs: channels.hbPong,
      report: (effect) => {
        if (effect.kind === "heart-started") hub.heartStarted(effect.heart);
        else hub.engineGone(effect.heart, reasons[effect.cause]);
      },
      afterBeat: () => hub.purgeStalled(),
    });
    const hub = new HubService({
      session,
      requests: channels.registration,
      notifications: channels.notification,
      work: { registry, activity, tasks: this.#schedulers.taskOverview },
      hearts: this.#hearts,
      observers: [activity, this.#schedulers, new EnginesFile(enginesFile, registry, log)],
      heartbeatMs: options.ping,
      engineConnection,
      shutDown,
      complaints,
      log,
      now,
    });
    this.#hearts.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#hearts[Symbol.asyncDispose]();
    await this.#schedulers[Symbol.asyncDispose]();
    await closeChannels(this.#channels);
  }
}

const patienceMs = ({ registrationTimeout, ping }: ControllerOptions): number =>
  registrationTimeout > 0 ? registrationTimeout * 1000 : Math.max(leastPatienceMs, 10 * ping);

const graceProbes = ({ lossGraceMs }: ControllerOptions): number => Math.max(1, Math.ceil(lossGraceMs / probeMs));

function schemeNamed(scheme: string): SchemeName {
  const name = schemeNames.find((candidate) => candidate === scheme);
  if (!name) throw new Error(`--scheme=${scheme} is not supported yet: use ${schemeNames.join(", ")}.`);
  return name;
}
