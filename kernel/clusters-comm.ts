import type { ClusterRow } from "../protocol/clusters-rpc.ts";
import type { JsonObject } from "../protocol/json.ts";
import { ClusterWork } from "./clusters/cluster-work.ts";
import type { Clusters } from "./clusters/clusters.ts";
import { parseRpcRequest, RpcRefusal, type RpcRequest, rpcId } from "./clusters/rpc-request.ts";

export interface ClustersCommOptions {
  readonly clusters: Clusters;
  /** Milliseconds that only grow. */
  readonly now?: () => number;
}

/** Publishes data on one comm (a `comm_msg` on iopub). */
export type CommSend = (data: JsonObject) => void;

interface Peer {
  readonly send: CommSend;
  heardAt: number;
}

/** A reloaded page says no goodbye: who is silent for so long gets no more pushes until it speaks again. */
const silenceMs = 10 * 60_000;
/** Comms kept at most; the longest silent one makes room. */
const mostPeers = 64;

/**
 * The Clusters panel's side in the manager kernel: answers JSON-RPC 2.0 on comms of `clustersTarget` and
 * pushes `changed` to all of them. It knows no sockets: the kernel hands in what arrives and a way to send.
 *
 * It is a view: clusters are detached processes and outlive it.
 */
export class ClustersComm implements AsyncDisposable {
  readonly #clusters: Clusters;
  readonly #now: () => number;
  readonly #work: ClusterWork;
  readonly #peers = new Map<string, Peer>();
  /** Aborts the watch, which runs while somebody listens. */
  #watch: AbortController | undefined;
  #watching: Promise<void> = Promise.resolve();
  #pushing: Promise<void> | undefined;
  #isStale = false;
  /** What every peer has last been told, as JSON; undefined = unknown. */
  #told: string | undefined;

  constructor(options: ClustersCommOptions) {
    this.#clusters = options.clusters;
    this.#now = options.now ?? (() => performance.now());
    this.#work = new ClusterWork(options.clusters, () => this.#push());
  }

  /** A panel opened its comm. It asks for what it wants to know. */
  open(commId: string, send: CommSend): void {
    if (this.#peers.size >= mostPeers) this.#dropSilentest();
    this.#peers.set(commId, { send, heardAt: this.#now() });
    this.#told = undefined;
    if (this.#watch !== undefined) return;
    this.#watch = new AbortController();
    this.#watching = this.#clusters.watch(() => this.#push(), this.#watch.signal);
    // A watch that fails leaves the panel with its own slow refresh: worse, not broken.
    this.#watching.catch(() => undefined);
  }

  /** A panel sent something; the answer follows when the work is done. A comm that is not open is ignored. */
  message(commId: string, content: unknown): void {
    const peer = this.#peers.get(commId);
    if (peer === undefined) return;
    peer.heardAt = this.#now();
    void this.#answer(commId, content);
  }

  close(commId: string): void {
    this.#peers.delete(commId);
    if (this.#peers.size > 0) return;
    this.#watch?.abort();
    this.#watch = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const commId of [...this.#peers.keys()]) this.close(commId);
    await this.#watching.catch(() => undefined);
    await this.#pushing;
  }

  async #answer(commId: string, content: unknown): Promise<void> {
    const id = rpcId(content);
    try {
      const result = await this.#perform(parseRpcRequest(content));
      if (id !== undefined) this.#send(commId, { jsonrpc: "2.0", id, result });
    } catch (error) {
      const code = error instanceof RpcRefusal ? error.code : -32_000;
      const message = error instanceof Error ? error.message : String(error);
      if (id !== undefined) this.#send(commId, { jsonrpc: "2.0", id, error: { code, message } });
    }
  }

  async #perform(request: RpcRequest): Promise<JsonObject | readonly JsonObject[]> {
    switch (request.method) {
      case "list":
        return (await this.#work.rows()).map(asJson);
      case "start":
        return asJson(await this.#work.start(request.params.id, request.params.n));
      case "stop":
        return asJson(await this.#work.stop(request.params.id));
    }
  }

  /** Tells everybody what changed; calls while a push is under way end in one more look at the disk. */
  #push(): void {
    this.#isStale = true;
    this.#pushing ??= this.#pushUntilFresh().finally(() => {
      this.#pushing = undefined;
    });
  }

  async #pushUntilFresh(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false;
      // A disk that cannot be read is told to whoever asks with `list`; there is nothing to push.
      const rows = await this.#work.rows().catch(() => undefined);
      if (rows !== undefined) this.#tell(rows.map(asJson));
    }
  }

  #tell(clusters: readonly JsonObject[]): void {
    const text = JSON.stringify(clusters);
    if (text === this.#told) return;
    this.#told = text;
    const since = this.#now() - silenceMs;
    for (const [commId, peer] of this.#peers)
      if (peer.heardAt >= since) this.#send(commId, { jsonrpc: "2.0", method: "changed", params: { clusters } });
  }

  #send(commId: string, content: JsonObject): void {
    try {
      this.#peers.get(commId)?.send(content);
    } catch {
      // The way to this panel is gone; it opens a new comm when it is back.
      this.close(commId);
    }
  }

  #dropSilentest(): void {
    const [silentest] = [...this.#peers].sort(([, a], [, b]) => a.heardAt - b.heardAt);
    if (silentest !== undefined) this.#peers.delete(silentest[0]);
  }
}

const asJson = (row: ClusterRow): JsonObject => ({ ...row });
