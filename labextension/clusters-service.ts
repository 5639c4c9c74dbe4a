import type { ServiceManager } from "@jupyterlab/services";
import { Poll } from "@lumino/polling";
import { type ISignal, Signal } from "@lumino/signaling";
import type { ClusterRow } from "../protocol/clusters-rpc.ts";
import { ClustersConnection } from "./clusters-connection.ts";
import {
  type ClusterAction,
  type ClustersEvent,
  type ClustersState,
  initialState,
  type Link,
  nextState,
  type RowView,
  rowViews,
} from "./clusters-model.ts";
import { KernelMissing } from "./clusters-session.ts";
import type { ClustersSettings } from "./clusters-settings.ts";

/** First pause before another try to reach the kernel; each further one is up to three times as long. */
const retryMs = 2000;
const mostRetryMs = 60_000;

/** Holds the panel's state and keeps it true: pushes from the kernel, requests to it, and a slow look in between. */
export class ClustersService {
  readonly #settings: ClustersSettings;
  readonly #connection: ClustersConnection;
  readonly #poll: Poll;
  readonly #stateChanged = new Signal<this, void>(this);
  #state = initialState;
  /** Nobody looks at the panel: then a kernel that goes away may stay away. */
  #isResting = true;
  #kernelName: string;

  constructor(services: ServiceManager.IManager, settings: ClustersSettings) {
    this.#settings = settings;
    this.#kernelName = settings.kernelName;
    this.#connection = new ClustersConnection(services, () => settings.kernelName);
    this.#connection.changed.connect((_, rows) => this.#handle({ kind: "rows-received", rows }));
    this.#connection.isUpChanged.connect((_, isUp) => {
      if (!isUp) this.#handle({ kind: "link-changed", link: { kind: "connecting" } });
      else if (!this.#isResting) this.refresh();
    });
    this.#connection.lost.connect((_, reason) => {
      this.#handle({ kind: "link-changed", link: { kind: "failed", problem: reason.message } });
      if (!this.#isResting) this.refresh();
    });
    this.#poll = new Poll({
      name: "tsparallel:clusters",
      auto: false,
      standby: "when-hidden",
      factory: () => this.#look(),
    });
    settings.changed.connect(this.#onSettings, this);
  }

  get state(): ClustersState {
    return this.#state;
  }
  get rows(): readonly RowView[] {
    return rowViews(this.#state, this.#settings.engines);
  }
  get stateChanged(): ISignal<this, void> {
    return this.#stateChanged;
  }
  get isDisposed(): boolean {
    return this.#poll.isDisposed;
  }

  /** Looks at once, and from now on every now and then; the first call starts the kernel if it does not run. */
  refresh(): void {
    this.#isResting = false;
    void this.#poll.refresh();
  }

  /** Stops looking; pushes still arrive. */
  rest(): void {
    this.#isResting = true;
    void this.#poll.stop();
  }

  chooseEngines(id: string, engines: number): void {
    this.#handle({ kind: "engines-chosen", id, engines });
  }

  /** Never rejects: what went wrong is shown in the row. */
  start(id: string, n: number): Promise<void> {
    return this.#act(id, "start", () => this.#connection.request("start", { id, n }));
  }

  /** Never rejects: what went wrong is shown in the row. */
  stop(id: string): Promise<void> {
    return this.#act(id, "stop", () => this.#connection.request("stop", { id }));
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.#poll.dispose();
    this.#connection.dispose();
    Signal.clearData(this);
  }

  async #act(id: string, action: ClusterAction, request: () => Promise<ClusterRow>): Promise<void> {
    this.#handle({ kind: "action-requested", id, action });
    try {
      this.#handle({ kind: "action-done", id, row: await request() });
    } catch (error) {
      this.#handle({ kind: "action-failed", id, problem: messageOf(error) });
    }
    // The answer's row may be older than the last push.
    this.refresh();
  }

  async #look(): Promise<void> {
    try {
      this.#handle({ kind: "rows-received", rows: await this.#connection.request("list", {}) });
      this.#poll.frequency = { interval: this.#settings.refreshMs, backoff: true, max: this.#settings.refreshMs };
    } catch (error) {
      this.#poll.frequency = { interval: retryMs, backoff: true, max: mostRetryMs };
      this.#handle({ kind: "link-changed", link: brokenLink(error) });
      throw error;
    }
  }

  #onSettings(): void {
    if (this.#kernelName !== this.#settings.kernelName) {
      this.#kernelName = this.#settings.kernelName;
      this.#connection.close();
      this.#handle({ kind: "link-changed", link: { kind: "connecting" } });
    }
    if (!this.#isResting) this.refresh();
    this.#stateChanged.emit();
  }

  #handle(event: ClustersEvent): void {
    this.#state = nextState(this.#state, event);
    this.#stateChanged.emit();
  }
}

function brokenLink(error: unknown): Link {
  if (error instanceof KernelMissing) return { kind: "kernel-missing", kernel: error.kernel };
  return { kind: "failed", problem: messageOf(error) };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
