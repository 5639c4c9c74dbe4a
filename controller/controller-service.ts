import type { Logger } from "../cli/logger.ts";
import { systemClock } from "../protocol/clock.ts";
import type { JsonObject } from "../protocol/json.ts";
import type { Session } from "../protocol/session.ts";
import type { Complaints } from "./complaints.ts";
import { daskCommands } from "./hub/dask/dask-commands.ts";
import { DaskService } from "./hub/dask/dask-service.ts";
import { deadEngineRecord } from "./hub/engines/dead-engine-record.ts";
import { EngineRequests } from "./hub/engines/engine-requests.ts";
import { type EarlierCluster, EnginesFile } from "./hub/engines/engines-file.ts";
import { HeartMonitor } from "./hub/engines/heart-monitor.ts";
import { type HeartChange, HeartService, probeMs } from "./hub/engines/heart-service.ts";
import { Notifier } from "./hub/engines/notifier.ts";
import { Registry } from "./hub/engines/registry.ts";
import { StrandedRequests } from "./hub/engines/stranded-requests.ts";
import { HubService } from "./hub/hub-service.ts";
import { Activity } from "./hub/requests/activity.ts";
import { HubRequests } from "./hub/requests/hub-requests.ts";
import { ProcessorLoad } from "./hub/requests/processor-load.ts";
import { statusOf } from "./hub/requests/status-request.ts";
import { readEarlierCluster, restoreRequests } from "./hub/restore/restore-cluster.ts";
import { type Channels, closeChannels } from "./network/channels.ts";
import { isWildcard } from "./network/interfaces.ts";
import type { ControllerOptions } from "./options.ts";
import { type ChosenScheme, chooseScheme } from "./scheduler/placement/choose-scheme.ts";
import { SchedulerServices } from "./scheduler/scheduler-services.ts";
import { openTaskDb } from "./task-db/open-task-db.ts";
import { RecordService } from "./task-db/record-service.ts";
import type { TaskDb } from "./task-db/task-db.ts";
import type { TrafficEvent } from "./traffic.ts";

export interface ControllerServiceOptions {
  readonly options: ControllerOptions;
  /** Bound; the service closes them. */
  readonly channels: Channels;
  readonly session: Session;
  /** Told to every engine that registers. */
  readonly engineConnection: JsonObject;
  /** Folder of the profile, and path of the list of engines. */
  readonly paths: { readonly profile: string; readonly enginesFile: string };
  /** A client asked the controller to end. */
  readonly shutDown: () => void;
  readonly complaints: Complaints;
  readonly log: Logger;
}

/** What had to be read before the controller can start. */
interface Found {
  readonly db: TaskDb;
  readonly scheme: ChosenScheme;
  readonly earlier: EarlierCluster | undefined;
}

/** What the log says of an engine whose heart stopped. */
const reasons = { "connection-lost": "its connection was lost", silent: "it answered no heartbeats" } as const;

/** Least time from registration to first heartbeat after which an engine is given up (wire protocol §20). */
const leastPatienceMs = 30_000;

const now = (): number => performance.now();

/** Hub, schedulers and task database on one set of sockets, in one event loop. */
export class ControllerService implements AsyncDisposable {
  readonly #options: ControllerServiceOptions;
  readonly #registry: Registry;
  readonly #activity = new Activity(now);
  readonly #stranded: StrandedRequests;
  readonly #load = new ProcessorLoad();
  readonly #records: RecordService;
  readonly #schedulers: SchedulerServices;
  readonly #hearts: HeartService;
  readonly #engines: EngineRequests;
  readonly #dask: DaskService;
  readonly #hub: HubService;

  /** @throws when the task database cannot be opened or the scheme cannot be loaded; the channels are closed then, too */
  static async start(options: ControllerServiceOptions): Promise<ControllerService> {
    const { paths, session, channels, log } = options;
    const earlier = options.options.restore ? readEarlierCluster(paths.enginesFile, log) : undefined;
    let service: ControllerService | undefined;
    try {
      const scheme = await chooseScheme(options.options.scheme, log);
      const db = await openTaskDb({
        options: options.options,
        profileFolder: paths.profile,
        session: session.id,
        packer: session.packer,
      });
      service = new ControllerService(options, { db, scheme, earlier });
      await service.#restore(earlier);
      service.#hearts.start();
      return service;
    } catch (error) {
      await service?.[Symbol.asyncDispose]();
      await closeChannels(channels);
      throw error;
    }
  }

  private constructor(given: ControllerServiceOptions, found: Found) {
    const { db, earlier } = found;
    const { options, channels, session, engineConnection, paths, complaints, log } = given;
    this.#options = given;
    this.#registry = new Registry(patienceMs(options));
    this.#stranded = new StrandedRequests(patienceMs(options), now);
    this.#records = new RecordService({ db, name: options.db, dialect: session, complaints, log });
    this.#schedulers = new SchedulerServices({
      channels,
      session,
      scheme: found.scheme,
      highWaterMark: options.hwm,
      isRegistered: (engine) => this.#registry.isRegistered(engine),
      traffic: (event) => this.#observe(event),
      engineLeft: (engine) => this.#engines.engineLeft(engine, "it was shut down"),
      isRestored: options.restore,
      complaints,
    });
    this.#hearts = this.#watchHearts();
    const since = earlier?.since ?? new Date().toISOString();
    const file = new EnginesFile(paths.enginesFile, { registry: this.#registry, since, log });
    const notifier = new Notifier(session, channels.notification);
    this.#engines = new EngineRequests({
      registry: this.#registry,
      hearts: this.#hearts,
      observers: [this.#activity, this.#stranded, this.#schedulers, file, notifier],
      heartbeatMs: options.ping,
      engineConnection,
      log,
      now,
    });
    this.#dask = new DaskService({
      commands: daskCommands(options.daskSchedulerCommand),
      host: isWildcard(`tcp://${options.ip}`) ? undefined : options.ip,
      log,
    });
    const requests = this.#hubRequests(notifier);
    const answer: HubRequests["answer"] = (request, header) => requests.answer(request, header);
    this.#hub = new HubService({ session, requests: channels.registration, answer, complaints });
  }

  /** Whoever waits for a request is answered, what was observed is stored, then the sockets close and no task comes. */
  async [Symbol.asyncDispose](): Promise<void> {
    const daskEnds = this.#dask[Symbol.asyncDispose]();
    await this.#hearts[Symbol.asyncDispose]();
    await this.#hub[Symbol.asyncDispose]();
    await this.#records[Symbol.asyncDispose]();
    await closeChannels(this.#options.channels);
    await this.#schedulers[Symbol.asyncDispose]();
    await daskEnds;
  }

  #observe(event: TrafficEvent): void {
    this.#activity.observe(event);
    this.#records.observe(event);
  }

  #watchHearts(): HeartService {
    const { options, channels } = this.#options;
    return new HeartService({
      monitor: new HeartMonitor({ maxMisses: options.maxMisses, graceProbes: graceProbes(options) }),
      periodMs: options.ping,
      pings: channels.hbPing,
      pongs: channels.hbPong,
      report: (effect) => this.#heartChanged(effect),
      afterBeat: () => this.#tick(),
      now,
    });
  }

  #heartChanged(effect: HeartChange): void {
    const { heart } = effect;
    switch (effect.kind) {
      case "heart-started":
        this.#engines.heartStarted(heart);
        break;
      case "heart-doubted":
        this.#engines.heartDoubted(heart);
        break;
      case "heart-returned":
        this.#engines.heartReturned(heart);
        break;
      case "heart-stopped":
        this.#engines.heartStopped(heart, reasons[effect.cause]);
        break;
    }
  }

  /** What is due once a heartbeat. */
  #tick(): void {
    const { user, system } = process.cpuUsage();
    this.#load.sample((user + system) / 1000, now());
    this.#engines.purgeStalled();
    const { packer } = this.#options.session;
    for (const engine of this.#stranded.takeDue())
      for (const id of this.#activity.bury(engine.uuid))
        this.#records.record(deadEngineRecord(id, engine, packer, systemClock()));
  }

  #hubRequests(notifier: Notifier): HubRequests {
    const { session, shutDown, log } = this.#options;
    const work = { registry: this.#registry, activity: this.#activity, tasks: this.#schedulers.taskOverview };
    const db = () => {
      const { name, backlog, isDegraded } = this.#records.status;
      return { name, backlog, is_degraded: isDegraded };
    };
    const silenceMs: HeartService["silenceMs"] = (heart) => this.#hearts.silenceMs(heart);
    const connectedClients = () => this.#hub.connectedClients;
    return new HubRequests({
      engines: this.#engines,
      work,
      records: this.#records,
      resubmission: { session, submit: (frames) => this.#schedulers.submit(frames) },
      dask: this.#dask,
      status: () => statusOf({ work, silenceMs, load: this.#load, connectedClients, db }),
      shutDown: (request) => {
        log.info("a client asked for shutdown");
        notifier.shuttingDown(request);
        shutDown();
      },
    });
  }

  async #restore(earlier: EarlierCluster | undefined): Promise<void> {
    if (!earlier) return;
    this.#engines.restore(earlier);
    const { session, log } = this.#options;
    const [records, activity, schedulers] = [this.#records, this.#activity, this.#schedulers];
    await restoreRequests(earlier, { records, activity, schedulers, registry: this.#registry, session, log });
  }
}

const patienceMs = ({ registrationTimeout, ping }: ControllerOptions): number =>
  registrationTimeout > 0 ? registrationTimeout * 1000 : Math.max(leastPatienceMs, 10 * ping);

const graceProbes = ({ lossGraceMs }: ControllerOptions): number => Math.max(1, Math.ceil(lossGraceMs / probeMs));
