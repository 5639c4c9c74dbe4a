import type { ClusterRow } from "../../protocol/clusters-rpc.ts";
import type { Clusters } from "./clusters.ts";

/**
 * What is being done to a cluster, or why the last try failed. It lies over what the disk says:
 *
 *     (none) ── start ──> starting ── done ──> (none)      starting ── stop ──> stopping
 *     (none) ── stop ───> stopping ── done ──> (none)      starting | stopping ── failure ──> error
 *     error ── start | stop ──> starting | stopping        error ── the disk says that it came true ──> (none)
 */
type Work =
  | { readonly state: "starting"; readonly abort: AbortController; readonly settled: Promise<void> }
  | { readonly state: "stopping" }
  | { readonly state: "error"; readonly problem: string; readonly wanted: ClusterRow["state"] };

/** Thrown when a cluster is asked for something that its present state forbids. */
class ClusterBusy extends Error {
  override name = "ClusterBusy";
}

/** Starts and stops clusters one thing at a time each, and tells what it is at between the two. */
export class ClusterWork {
  readonly #clusters: Clusters;
  readonly #changed: () => void;
  readonly #work = new Map<string, Work>();

  /** @param changed told whenever `rows` may have changed through work of ours */
  constructor(clusters: Clusters, changed: () => void) {
    this.#clusters = clusters;
    this.#changed = changed;
  }

  /** The disk's rows with the work in progress laid over them, in the disk's order. */
  async rows(): Promise<readonly ClusterRow[]> {
    const listed = await this.#clusters.list();
    const known = new Set(listed.map((row) => row.id));
    const unlisted = [...this.#work.keys()].filter((id) => !known.has(id)).map(emptyRow);
    return [...listed, ...unlisted].map((row) => overlaid(row, this.#work.get(row.id)));
  }

  /**
   * @throws {ClusterBusy} when the cluster runs, starts or stops already
   * @throws whatever kept it from starting; the row then says so too
   */
  async start(id: string, n: number): Promise<ClusterRow> {
    this.#refuseBusy(id);
    const abort = new AbortController();
    const settled = this.#startFrom(id, n, abort.signal);
    this.#enter(id, { state: "starting", abort, settled: settled.catch(() => undefined) });
    await this.#finish(id, settled, "running");
    return this.#row(id);
  }

  /** Stops a cluster, also one that is still starting. */
  async stop(id: string): Promise<ClusterRow> {
    const work = this.#work.get(id);
    if (work?.state === "stopping") throw new ClusterBusy(`${id} is stopping already.`);
    this.#enter(id, { state: "stopping" });
    const stopped = (async () => {
      if (work?.state === "starting") {
        work.abort.abort(new Error(`${id} was stopped while it started.`));
        await work.settled;
      }
      await this.#clusters.stop(id);
    })();
    await this.#finish(id, stopped, "stopped");
    return this.#row(id);
  }

  async #startFrom(id: string, n: number, signal: AbortSignal): Promise<void> {
    const row = (await this.#clusters.list()).find((listed) => listed.id === id);
    if (row?.state === "running") throw new ClusterBusy(`${id} is running already, with ${row.engines} engines.`);
    // What a crash left over would make the new cluster's files ambiguous.
    if (row?.state === "error") await this.#clusters.stop(id);
    signal.throwIfAborted();
    await this.#clusters.start(id, n, signal);
  }

  /** Waits for the work that `id` now shows, then shows its outcome. */
  async #finish(id: string, settled: Promise<void>, wanted: "running" | "stopped"): Promise<void> {
    const mine = this.#work.get(id);
    try {
      await settled;
      if (this.#work.get(id) === mine) this.#enter(id, undefined);
    } catch (error) {
      // A stop that cut this start short answers for both.
      if (this.#work.get(id) !== mine) return;
      this.#enter(id, outcome(error, wanted));
      throw error;
    }
  }

  #refuseBusy(id: string): void {
    const work = this.#work.get(id);
    if (work !== undefined && work.state !== "error") throw new ClusterBusy(`${id} is ${work.state} already.`);
  }

  #enter(id: string, work: Work | undefined): void {
    if (work === undefined) this.#work.delete(id);
    else this.#work.set(id, work);
    this.#changed();
  }

  async #row(id: string): Promise<ClusterRow> {
    return (await this.rows()).find((row) => row.id === id) ?? emptyRow(id);
  }
}

/** A refusal is an answer to who asked, no state of the cluster. */
function outcome(error: unknown, wanted: "running" | "stopped"): Work | undefined {
  if (error instanceof ClusterBusy) return undefined;
  return { state: "error", problem: error instanceof Error ? error.message : String(error), wanted };
}

function overlaid(row: ClusterRow, work: Work | undefined): ClusterRow {
  if (work === undefined || (work.state === "error" && row.state === work.wanted)) return row;
  const { problem: _, ...rest } = row;
  return work.state === "error" ? { ...rest, state: "error", problem: work.problem } : { ...rest, state: work.state };
}

/** The row of a cluster that has no file yet. */
function emptyRow(id: string): ClusterRow {
  const [profile = id, clusterId = ""] = id.split("/");
  return { id, profile, clusterId, state: "stopped", engines: 0 };
}
