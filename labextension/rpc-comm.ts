import type { Kernel, KernelMessage, Session } from "@jupyterlab/services";
import { type JSONObject, PromiseDelegate } from "@lumino/coreutils";
import { type ISignal, Signal } from "@lumino/signaling";
import type { ClusterRow, ClustersChanged, ClustersMethods, clustersTarget } from "../protocol/clusters-rpc.ts";

/** The protocol's constant: only its type may come in, since the bundle takes nothing from outside. */
const target: typeof clustersTarget = "tsparallel.clusters";

type Method = keyof ClustersMethods;
type Result = ClustersMethods[Method]["result"];

/** Milliseconds to wait for an answer; starting and stopping take as long as they take. */
const patienceMs: Partial<Record<Method, number>> = { list: 30_000 };

/** One comm to the manager kernel, from its opening to its end: JSON-RPC 2.0 both ways. Never reopened. */
export class RpcComm {
  readonly #session: Session.ISessionConnection;
  readonly #comm: Kernel.IComm;
  readonly #pending = new Map<number, PromiseDelegate<Result>>();
  readonly #changed = new Signal<this, readonly ClusterRow[]>(this);
  readonly #isUpChanged = new Signal<this, boolean>(this);
  readonly #ended = new Signal<this, Error>(this);
  #isDisposed = false;
  /** Why no answer will come any more. */
  #reason: Error | undefined;
  #nextId = 1;

  /** Opens the comm and takes the session over: it is let go when the comm ends. */
  constructor(session: Session.ISessionConnection, kernel: Kernel.IKernelConnection) {
    this.#session = session;
    kernel.statusChanged.connect(this.#onStatus, this);
    kernel.connectionStatusChanged.connect(this.#onConnectionStatus, this);
    session.disposed.connect(this.#onSessionGone, this);
    this.#comm = kernel.createComm(target);
    this.#comm.onMsg = (message) => this.#onMessage(message.content.data);
    this.#comm.onClose = () =>
      this.#end(`The kernel “${kernel.name}” does not know the Clusters panel: install panel and kernel together.`);
    this.#comm.open({}).dispose();
  }

  /** The clusters, as the kernel pushes them. */
  get changed(): ISignal<this, readonly ClusterRow[]> {
    return this.#changed;
  }

  /** Whether the page's way to the kernel is up; while it is not, JupyterLab tries again for a while. */
  get isUpChanged(): ISignal<this, boolean> {
    return this.#isUpChanged;
  }

  /** Emitted once, with the reason, unless this side disposed. */
  get ended(): ISignal<this, Error> {
    return this.#ended;
  }

  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  /** @throws what the kernel answers, or the reason why no answer can come any more */
  async request<M extends Method>(
    method: M,
    params: ClustersMethods[M]["params"],
  ): Promise<ClustersMethods[M]["result"]> {
    if (this.#reason !== undefined) throw this.#reason;
    const id = this.#nextId++;
    const answer = new PromiseDelegate<Result>();
    this.#pending.set(id, answer);
    const limitMs = patienceMs[method];
    const timer =
      limitMs === undefined ? undefined : setTimeout(() => this.#end("The Clusters kernel does not answer."), limitMs);
    try {
      const message: JSONObject = { jsonrpc: "2.0", id, method, params: { ...params } };
      this.#comm.send(message, undefined, undefined, true).dispose();
      return await answer.promise;
    } finally {
      clearTimeout(timer);
      this.#pending.delete(id);
    }
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    Signal.clearData(this);
    for (const answer of this.#pending.values()) answer.reject(new Error("The Clusters panel was closed."));
    if (this.#session.isDisposed) return;
    if (!this.#comm.isDisposed && this.#session.kernel?.connectionStatus === "connected") this.#comm.close();
    this.#session.dispose();
  }

  #onMessage(content: unknown): void {
    const message = content as { id?: number; result?: Result; error?: { message: string }; params?: object };
    const answer = message.id === undefined ? undefined : this.#pending.get(message.id);
    if (message.error !== undefined) answer?.reject(new Error(message.error.message));
    else if (message.result !== undefined) answer?.resolve(message.result);
    else if (isChanged(message)) this.#changed.emit(message.params.clusters);
  }

  #onStatus(_: unknown, status: KernelMessage.Status): void {
    if (status === "restarting" || status === "autorestarting")
      this.#end("The Clusters kernel ended and is being restarted.");
    if (status !== "dead") return;
    // A dead kernel would keep its session, and so be found again for ever.
    void this.#session.shutdown().catch(() => undefined);
    this.#end("The Clusters kernel died: the Jupyter server's log tells why.");
  }

  #onConnectionStatus(_: unknown, status: Kernel.ConnectionStatus): void {
    if (status === "disconnected") this.#end("The Jupyter server is out of reach.");
    else if (this.#reason === undefined) this.#isUpChanged.emit(status === "connected");
  }

  #onSessionGone(): void {
    this.#end("The Clusters kernel was shut down.");
  }

  #end(problem: string): void {
    if (this.#reason !== undefined || this.#isDisposed) return;
    this.#reason = new Error(problem);
    for (const answer of this.#pending.values()) answer.reject(this.#reason);
    this.#ended.emit(this.#reason);
    setTimeout(() => this.#letGo(), 0);
  }

  /** Disposes, but not while JupyterLab is still working on the kernel connection that told us of the end. */
  #letGo(): void {
    const { kernel } = this.#session;
    if (!this.#isDisposed && kernel?.connectionStatus === "connecting")
      kernel.connectionStatusChanged.connect(() => setTimeout(() => this.#letGo(), 0));
    else this.dispose();
  }
}

function isChanged(message: object): message is ClustersChanged {
  return "method" in message && message.method === "changed";
}
