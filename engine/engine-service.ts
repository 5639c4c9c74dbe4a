import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../cli/logger.ts";
import type { EngineConnection } from "../protocol/connection-file.ts";
import { Deferred } from "../protocol/deferred.ts";
import type { Header } from "../protocol/envelope.ts";
import { installHost } from "../protocol/host.ts";
import { type EngineId, engineId } from "../protocol/ids.ts";
import { parseJson } from "../protocol/json.ts";
import { mimeBundle } from "../runtime/display/mime-bundle.ts";
import { type ExitInterception, interceptExit } from "../runtime/evaluate/exit-request.ts";
import { Namespace } from "../runtime/evaluate/namespace.ts";
import { Executor } from "../runtime/jupyter/execute.ts";
import { IopubPublisher } from "../runtime/jupyter/iopub-publisher.ts";
import { ShellService } from "../runtime/jupyter/shell-service.ts";
import { UserOutput } from "../runtime/jupyter/user-output.ts";
import type { Monitor } from "../runtime/monitor/monitor.ts";
import type { EndReason } from "../runtime/monitor/monitor-messages.ts";
import { CellRunner } from "./cell-runner.ts";
import { type EngineChannels, monitorRole, openChannels } from "./engine-channels.ts";
import { type EngineIdentity, engineNaming, engineReplyStyle } from "./engine-replies.ts";
import type { Registered } from "./registration.ts";
import { controlHandlers, shellHandlers } from "./request-handlers.ts";
import { SourceExchange } from "./source-exchange.ts";

export interface EngineServiceOptions {
  readonly connection: EngineConnection;
  readonly registered: Registered;
  readonly monitor: Monitor;
  /** Writes past the capture of user output. */
  readonly log: Logger;
}

/** A controller that has not subscribed by then does not relay output, which is no reason not to compute. */
const subscriptionMs = 2000;
/** Replies and the news of the engine's end take different ways through the controller. */
const headStartMs = 50;

/** A registered engine at work: from its connections to its end. */
export class EngineService {
  /** Exit code of the process; settles when everything is closed and the hub has been told. */
  readonly finished: Promise<number>;
  readonly #finished = new Deferred<number>();
  readonly #options: EngineServiceOptions;
  readonly #identity: EngineIdentity;
  readonly #channels: EngineChannels;
  readonly #publisher: IopubPublisher;
  readonly #output: UserOutput;
  readonly #shell: ShellService;
  readonly #exit: ExitInterception;
  readonly #log: Logger;
  #isEnding = false;

  /** Resolves when the engine is ready for requests and its heart beats. */
  static async start(options: EngineServiceOptions): Promise<EngineService> {
    const service = new EngineService(options);
    await service.#connect();
    return service;
  }

  private constructor(options: EngineServiceOptions) {
    const { connection, registered, monitor, log } = options;
    const { session, id } = registered;
    const identity: EngineIdentity = { id, uuid: session.id };
    this.#identity = identity;
    this.#options = options;
    this.finished = this.#finished.promise;
    this.#channels = openChannels(connection, registered);
    const { iopub, shell } = this.#channels;
    this.#publisher = new IopubPublisher({
      session,
      naming: engineNaming(identity),
      send: (frames) => iopub.send(frames),
    });
    this.#output = new UserOutput(this.#publisher);
    this.#log = log;
    const namespace = new Namespace();
    const sources = new SourceExchange();
    this.#shell = new ShellService({
      session,
      shell,
      publisher: this.#publisher,
      watch: monitor,
      handlers: this.#handlers(namespace, sources),
      controlHandlers: controlHandlers({ namespace, sources }),
      replyStyle: engineReplyStyle(identity),
      stopsOnError: false,
      flushOutput: () => this.#output.flush(),
      replayed: (frames) => this.#channels.answerAgain(frames),
      log: (text) => this.#log.warn(text),
    });
    this.#exit = interceptExit((code) => setTimeout(() => void this.#end(code), headStartMs));
  }

  /** Ends the process as `process.exit` does. */
  exit(code: number): never {
    return this.#exit.exit(code);
  }

  #handlers(namespace: Namespace, sources: SourceExchange) {
    const { session, givesReceipts } = this.#options.registered;
    installHost({
      kind: "engine",
      variables: namespace,
      importModule: (specifier) => namespace.modules.import(specifier),
      publish: (type, content) => this.#output.publish(type, content),
      mimeBundle,
      publishData: (message) => this.#output.publish("data_message", {}, message(session)),
    });
    const cells = new CellRunner(namespace, this.#identity);
    const executor = new Executor({ run: (cell) => cells.run(cell) });
    const lent = givesReceipts ? () => this.#channels.lent : undefined;
    return shellHandlers({ namespace, executor, session, sources, lent });
  }

  async #connect(): Promise<void> {
    const { connection, registered, monitor } = this.#options;
    await Promise.race([this.#channels.subscribed, sleep(subscriptionMs, undefined, { ref: false })]);
    await monitor.serve(monitorRole(connection, registered), {
      control: (frames) => this.#shell.control(frames),
      abort: (abortion) => this.#shell.abort(abortion),
      interrupt: (serial) => this.#shell.interrupt(serial),
      stopped: () => this.#shell.stopped(),
      renumbered: (id) => this.#renumber(engineId(id)),
      end: (reason) => void this.#endFor(reason),
      log: (text) => this.#log.warn(text),
    });
    this.#log.info(`Engine ${registered.id} is ready (process ${process.pid}).`);
  }

  #renumber(id: EngineId): void {
    this.#log.warn(
      `Engine ${this.#identity.id} is engine ${id} now: its old id was taken when the controller came back.`,
    );
    this.#identity.id = id;
    this.#channels.renumbered(id);
  }

  async #endFor(reason: EndReason): Promise<void> {
    switch (reason.kind) {
      case "shutdown": {
        const parent = parseJson(reason.parent) as Header;
        await this.#finishWork();
        this.#publisher.publish({ type: "shutdown_reply", content: { status: "ok", restart: reason.restart }, parent });
        return this.#end(0);
      }
      case "signal":
        this.#log.info("Asked to end by a signal.");
        return this.#end(0);
      case "controller-lost":
        this.#log.error("The controller has been silent for 50 heartbeats: the engine ends.");
        return this.#end(1);
      case "monitor-failed":
        this.#log.error(`The monitor thread failed: ${reason.message}`);
        return this.#end(1);
    }
  }

  /** Answers all requests, and lets the answers go ahead: a client takes them for lost once it hears of the end. */
  async #finishWork(): Promise<void> {
    if (this.#shell.close()) await sleep(headStartMs);
  }

  async #end(code: number): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    await this.#finishWork();
    this.#output.flush();
    await this.#channels[Symbol.asyncDispose]();
    await this.#options.monitor[Symbol.asyncDispose]();
    this.#finished.resolve(code);
  }
}
