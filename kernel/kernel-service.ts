import { randomBytes } from "node:crypto";
import { packageVersion } from "../cli/package-root.ts";
import { clustersTarget } from "../protocol/clusters-rpc.ts";
import { Deferred } from "../protocol/deferred.ts";
import { installHost } from "../protocol/host.ts";
import { sessionId } from "../protocol/ids.ts";
import { type KernelConnection, kernelUrl } from "../protocol/kernel-connection.ts";
import { Session } from "../protocol/session.ts";
import { Signer } from "../protocol/signature.ts";
import { Executor } from "../runtime/jupyter/execute.ts";
import type { ShellHandler, ShellHandlers } from "../runtime/jupyter/handlers.ts";
import { IopubPublisher, kernelNaming } from "../runtime/jupyter/iopub-publisher.ts";
import { kernelInfo } from "../runtime/jupyter/kernel-info.ts";
import { ShellService } from "../runtime/jupyter/shell-service.ts";
import { UserOutput } from "../runtime/jupyter/user-output.ts";
import type { Monitor } from "../runtime/monitor/monitor.ts";
import type { MonitorRole } from "../runtime/monitor/monitor-messages.ts";
import { owningRequest } from "../runtime/output/running-request.ts";
import { IdleCollector } from "../runtime/types/idle-collector.ts";
import type { Channel } from "../transport/channel.ts";
import { router } from "../transport/zmq-channel.ts";
import { ClustersTarget } from "./clusters-target.ts";
import { kernelHost } from "./kernel-host.ts";
import { Notebook } from "./notebook.ts";
import { Comms } from "./requests/comms.ts";
import { Stdin } from "./requests/stdin.ts";

const description = kernelInfo({
  implementation: "tsparallel",
  version: packageVersion,
  banner: `tsparallel ${packageVersion}: TypeScript on Node ${process.versions.node}, with engines. %lsmagic lists the magics.`,
});

/** Collected in some 20 ms. A notebook whose values take more than this is not stopped for a few megabytes of ours. */
const mostCollectedBytes = 64 * 1024 * 1024;

/**
 * A notebook's kernel behind its five sockets (Jupyter messaging 5.4): shell and stdin here, control, heartbeat and
 * iopub in the monitor's thread.
 */
export class KernelService implements AsyncDisposable {
  /** Resolves with the exit code when the process is to end. */
  readonly finished: Promise<number>;
  readonly #finish = new Deferred<number>();
  readonly #monitor: Monitor;
  readonly #channels: readonly Channel[];
  readonly #publisher: IopubPublisher;
  readonly #output: UserOutput;
  readonly #notebook: Notebook;
  readonly #shell: ShellService;
  readonly #garbage = new IdleCollector(mostCollectedBytes);

  /** Resolves when the kernel answers on all sockets. @throws naming the address that could not be bound */
  static async start(connection: KernelConnection, monitor: Monitor): Promise<KernelService> {
    const session = new Session({
      id: sessionId(randomBytes(16)),
      signer: new Signer(connection.key, connection.signature_scheme),
      pid: process.pid,
    });
    const shell = await router().bind(kernelUrl(connection, connection.shell_port));
    const stdin = await router().bind(kernelUrl(connection, connection.stdin_port));
    const service = new KernelService(monitor, session, shell, stdin);
    try {
      await service.#serve(roleOf(connection, session));
      return service;
    } catch (error) {
      await service[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(monitor: Monitor, session: Session, shell: Channel, stdin: Channel) {
    this.finished = this.#finish.promise;
    this.#monitor = monitor;
    this.#channels = [shell, stdin];
    const send = (frames: readonly Buffer[]) => monitor.send("iopub", frames);
    this.#publisher = new IopubPublisher({ session, naming: kernelNaming, send });
    this.#output = new UserOutput(this.#publisher);
    const log = (text: string) => this.#output.log(text);
    const publish = this.#output.publish.bind(this.#output);
    this.#notebook = new Notebook(publish);
    const input = new Stdin(stdin, session, log);
    const { variables, parallel } = this.#notebook;
    installHost(kernelHost({ variables, publish, notebook: parallel, stdin: input }));
    this.#shell = new ShellService({
      session,
      shell,
      publisher: this.#publisher,
      watch: monitor,
      handlers: this.#handlers(),
      controlHandlers: { kernel_info_request: () => ({ content: description }) },
      stopsOnError: true,
      flushOutput: () => this.#output.flush(),
      log,
    });
  }

  /** Ends the kernel: `finished` resolves. */
  end(exitCode: number): void {
    this.#finish.resolve(exitCode);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#shell.close();
    await Promise.all(this.#channels.map((channel) => channel[Symbol.asyncDispose]()));
    this.#output[Symbol.dispose]();
    await this.#notebook[Symbol.asyncDispose]();
    await this.#monitor[Symbol.asyncDispose]();
  }

  async #serve(role: MonitorRole): Promise<void> {
    await this.#monitor.serve(role, {
      control: (frames) => this.#shell.control(frames),
      abort: (abortion) => this.#shell.abort(abortion),
      interrupt: (serial) => this.#shell.interrupt(serial),
      stopped: () => this.#shell.stopped(),
      end: (reason) => this.end(reason.kind === "monitor-failed" ? 1 : 0),
      log: (text) => this.#output.log(text),
    });
    this.#publisher.status("starting");
    this.#garbage.worked();
  }

  #handlers(): ShellHandlers {
    const { history, language } = this.#notebook;
    const comms = new Comms({ [clustersTarget]: new ClustersTarget() }, (type, content) =>
      this.#publisher.publish({ type, content, parent: owningRequest()?.header }),
    );
    const handleComm: ShellHandler = ({ type, content }) => {
      comms.handle(type, content);
      return undefined;
    };
    const executor = new Executor({
      run: (cell) => this.#notebook.run(cell).finally(() => this.#garbage.worked()),
      evaluate: (expression) => this.#notebook.evaluate(expression),
    });
    return {
      ...language.handlers,
      kernel_info_request: () => ({ content: description }),
      execute_request: executor.handle,
      history_request: ({ content }) => ({ content: history.answer(content) }),
      comm_info_request: ({ content }) => ({ content: comms.list(content["target_name"]) }),
      comm_open: handleComm,
      comm_msg: handleComm,
      comm_close: handleComm,
    };
  }
}

function roleOf(connection: KernelConnection, session: Session): MonitorRole {
  return {
    kind: "kernel",
    name: "the kernel",
    session: { id: session.id, key: connection.key, scheme: connection.signature_scheme, packer: "json" },
    control: kernelUrl(connection, connection.control_port),
    heartbeat: kernelUrl(connection, connection.hb_port),
    iopub: kernelUrl(connection, connection.iopub_port),
  };
}
