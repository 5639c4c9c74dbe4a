import type { ServiceManager } from "@jupyterlab/services";
import { type ISignal, Signal } from "@lumino/signaling";
import type { ClusterRow, ClustersMethods } from "../protocol/clusters-rpc.ts";
import { joinClustersSession } from "./clusters-session.ts";
import { RpcComm } from "./rpc-comm.ts";

/** The way to the manager kernel: opened by the first request, and again by the first one after it broke. */
export class ClustersConnection {
  readonly #services: ServiceManager.IManager;
  readonly #kernelName: () => string;
  readonly #changed = new Signal<this, readonly ClusterRow[]>(this);
  readonly #isUpChanged = new Signal<this, boolean>(this);
  readonly #lost = new Signal<this, Error>(this);
  #opening: Promise<RpcComm> | undefined;
  #comm: RpcComm | undefined;
  #isDisposed = false;

  /** @param kernelName read each time the way is opened */
  constructor(services: ServiceManager.IManager, kernelName: () => string) {
    this.#services = services;
    this.#kernelName = kernelName;
  }

  get changed(): ISignal<this, readonly ClusterRow[]> {
    return this.#changed;
  }

  /** Whether messages get through at the moment. */
  get isUpChanged(): ISignal<this, boolean> {
    return this.#isUpChanged;
  }

  /** The kernel died, was shut down or is out of reach; emitted once each time. */
  get lost(): ISignal<this, Error> {
    return this.#lost;
  }

  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  /** @throws {KernelMissing}, what the kernel answers, or why it cannot be reached */
  async request<M extends keyof ClustersMethods>(
    method: M,
    params: ClustersMethods[M]["params"],
  ): Promise<ClustersMethods[M]["result"]> {
    const comm = await this.#open();
    return comm.request(method, params);
  }

  /** Lets the comm go; the kernel stays, for other pages and the next request. */
  close(): void {
    this.#comm?.dispose();
    this.#comm = undefined;
    this.#opening = undefined;
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.close();
    Signal.clearData(this);
  }

  #open(): Promise<RpcComm> {
    if (this.#opening !== undefined) return this.#opening;
    const opening = this.#connect().catch((error: unknown) => {
      if (this.#opening === opening) this.#opening = undefined;
      throw error;
    });
    this.#opening = opening;
    return opening;
  }

  async #connect(): Promise<RpcComm> {
    const session = await joinClustersSession(this.#services, this.#kernelName());
    if (session.kernel === null) throw new Error("The Clusters kernel ended while it was being started.");
    const comm = new RpcComm(session, session.kernel);
    this.#comm = comm;
    comm.changed.connect((_, rows) => this.#changed.emit(rows));
    comm.isUpChanged.connect((_, isUp) => this.#isUpChanged.emit(isUp));
    comm.ended.connect((_, reason) => {
      if (this.#comm !== comm) return;
      this.#comm = undefined;
      this.#opening = undefined;
      this.#lost.emit(reason);
    });
    return comm;
  }
}
