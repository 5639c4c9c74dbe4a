import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { type EngineUuid, type MsgId, msgId } from "../../protocol/ids.ts";
import type { EngineDirectory } from "../engine-directory.ts";
import { connectionLost } from "../errors/failures.ts";
import { RemoteError } from "../errors/remote-error.ts";
import type { HubRecords } from "../hub/hub-records.ts";
import { takeRecord } from "../hub/recorded-result.ts";
import { notify } from "../output/host-calls.ts";
import type { PendingRequests } from "../requests/pending-requests.ts";
import type { Request } from "../requests/request.ts";
import type { Inquiries } from "./inquiries.ts";

export interface ReconnectionOptions {
  readonly engines: EngineDirectory;
  readonly pending: PendingRequests;
  readonly inquiries: Inquiries;
  readonly records: HubRecords;
  /** Asks the hub for its engines; the directory takes what is new. @returns those that it does not list */
  readonly findMissing: (signal: AbortSignal) => Promise<readonly EngineUuid[]>;
  readonly engineLost: (engine: EngineUuid) => void;
  /** The controller is not waited for any longer. */
  readonly giveUp: (reason: string, ename: "ConnectionLost" | "TaskAborted") => void;
  readonly patience: Patience;
}

/** How long a controller may be away. */
export interface Patience {
  readonly timeoutMs: number;
  /** Why it will not come back, as soon as that is known. */
  readonly whyGone: () => string | undefined;
  /** What is known to be in the way, for the message when it is given up. */
  readonly obstacle?: () => string | undefined;
  /** Pauses before each question to a controller that is back: engines and replies need as long to find it. */
  readonly settlePausesMs?: readonly number[];
}

/** From the loss of a connection until client and controller agree again. */
interface Absence {
  /** Aborts when the connection is lost again, or for good. */
  readonly ended: AbortController;
  /** Aborts when the controller has answered. */
  readonly answered: AbortController;
  /** Until when what was sent may have been lost with the connection; what is sent later waits for the next one. */
  readonly goneMs: number;
  /** Whether the user knows. */
  hasWarned: boolean;
}

const gonePollMs = 250;
const defaultPausesMs = [0, 100, 200, 400, 800, 1500] as const;
/** How long output may come later than its reply. */
const lateOutputMs = 1000;
/** The connections break one after the other. */
const noticeMs = 100;
/** Ids asked for at once. */
const mostIds = 500;

/**
 * Brings client and controller to one view after their connection broke: sockets reconnect by themselves, but what was
 * on its way may be lost, and the controller may be another process with the same address.
 *
 *     connected ──lost──▶ away ──regained, hub answers──▶ settling ──▶ connected
 *                          └──too long, or gone for good──▶ given up
 *
 * While settling, engines and requests that the controller does not know are asked for again for some seconds: they may
 * be about to reach it. Then such engines count as lost and such requests fail with `ConnectionLost`. What it has
 * completed is fetched from its records; what it knows as pending goes on waiting.
 */
export class Reconnection {
  readonly #options: ReconnectionOptions;
  #absence: Absence | undefined;

  constructor(options: ReconnectionOptions) {
    this.#options = options;
  }

  /** Whether what is sent now waits for the controller to come back. */
  get isAway(): boolean {
    return this.#absence !== undefined && !this.#absence.answered.signal.aborted;
  }

  /** The connection broke. */
  lost(): void {
    this.#absence?.ended.abort();
    this.#absence = {
      ended: manyWaits(),
      answered: new AbortController(),
      goneMs: performance.now() + noticeMs,
      hasWarned: false,
    };
    void this.#wait(this.#absence);
    if (this.#options.pending.unfinished.length > 0) this.warn();
  }

  /** Says, once in an absence, why nothing comes. */
  warn(): void {
    const { patience } = this.#options;
    if (!this.#absence || this.#absence.hasWarned || patience.timeoutMs === 0) return;
    this.#absence.hasWarned = true;
    notify(`The controller is away: requests wait for it to come back, ${patience.timeoutMs / 1000} s at most.`);
  }

  /** The sockets are connected again, the subscriptions stand. */
  regained(): void {
    if (this.#absence) void this.#settle(this.#absence);
  }

  /** Nothing is to be settled any more. */
  stop(): void {
    this.#absence?.ended.abort();
    this.#absence = undefined;
  }

  async #wait({ ended, answered }: Absence): Promise<void> {
    const { giveUp, patience } = this.#options;
    const signal = AbortSignal.any([ended.signal, answered.signal]);
    const untilMs = performance.now() + patience.timeoutMs;
    for (;;) {
      const reason = patience.whyGone();
      if (reason !== undefined) return giveUp(reason, "TaskAborted");
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0) break;
      if (!(await pause(Math.min(leftMs, gonePollMs), signal))) return;
    }
    const away = patience.timeoutMs > 0 ? `, and was not back after ${patience.timeoutMs / 1000} s` : "";
    const obstacle = patience.obstacle?.();
    giveUp(
      `the connection to the controller broke${away}${obstacle ? `: ${obstacle.replace(/\.$/, "")}` : ""}`,
      "ConnectionLost",
    );
  }

  async #settle(absence: Absence): Promise<void> {
    const { inquiries, pending, giveUp } = this.#options;
    const { signal } = absence.ended;
    pending.doubtOutput((request) => void this.#finishOutput(request));
    inquiries.repeat(absence.goneMs, (type) => connectionLost(type, "whether it was heard is not known"));
    try {
      await this.#agree(absence, signal);
      if (this.#absence === absence) this.#absence = undefined;
    } catch (error) {
      if (signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      giveUp(`the controller that came back gave no sensible answer: ${reason}`, "ConnectionLost");
    }
  }

  async #agree({ answered }: Absence, signal: AbortSignal): Promise<void> {
    const { findMissing, engineLost, pending, patience } = this.#options;
    // Also what was sent meanwhile: the other sockets may have lost their connections a little later.
    const requests = pending.unfinished;
    let [missing, unknown]: [readonly EngineUuid[], readonly MsgId[]] = [[], []];
    const pausesMs = patience.settlePausesMs ?? defaultPausesMs;
    for (const [round, pauseMs] of pausesMs.entries()) {
      if (!(await pause(pauseMs, signal))) return;
      missing = await findMissing(signal);
      answered.abort();
      unknown = await this.#findUnknown(requests, signal);
      // Twice at least: replies may have come to the controller before its sockets knew where this client is.
      if (round > 0 && missing.length === 0 && unknown.length === 0) return;
    }
    signal.throwIfAborted();
    for (const engine of missing) engineLost(engine);
    const lost = new Set(unknown);
    pending.failAll((request) => (lost.has(request.msgId) ? unknownTask(request) : undefined));
  }

  /** Settles what the controller has completed. @returns what it does not know */
  async #findUnknown(requests: readonly MsgId[], signal: AbortSignal): Promise<readonly MsgId[]> {
    const { pending } = this.#options;
    const open = requests.filter((id) => pending.get(id) !== undefined);
    const unknown = new Set(open);
    for (let from = 0; from < open.length; from += mostIds) {
      const ended = await this.#recorded(open.slice(from, from + mostIds), unknown, signal);
      await Promise.all(ended.map((id) => this.#fetch(id, signal)));
    }
    return [...unknown].filter((id) => pending.get(id) !== undefined);
  }

  /** Takes what is on record out of `unknown`. @returns what has ended */
  async #recorded(ids: readonly MsgId[], unknown: Set<MsgId>, signal: AbortSignal): Promise<readonly MsgId[]> {
    try {
      const rows = await this.#options.records.query({ msgId: { $in: ids } }, ["completed"], signal);
      const known = new Map(rows.map(({ msgId, completed }) => [msgId, completed]));
      for (const id of ids) if (known.has(id)) unknown.delete(id);
      return ids.filter((id) => known.get(id));
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      return this.#remembered(ids, unknown, signal);
    }
  }

  /**
   * Without a database a hub still remembers what it has seen, and takes what pends out of `unknown`. Asked for several
   * it refuses all for one that it does not know: then the halves are asked for.
   * @returns what has ended
   */
  async #remembered(ids: readonly MsgId[], unknown: Set<MsgId>, signal: AbortSignal): Promise<readonly MsgId[]> {
    const status = await this.#options.records.status(ids, signal).catch(ignoreRefusal);
    for (const id of status?.pending ?? []) unknown.delete(msgId(id));
    if (status) return status.completed.map(msgId);
    if (ids.length === 1) return [];
    const half = ids.length >> 1;
    return [
      ...(await this.#remembered(ids.slice(0, half), unknown, signal)),
      ...(await this.#remembered(ids.slice(half), unknown, signal)),
    ];
  }

  async #fetch(id: MsgId, signal?: AbortSignal): Promise<void> {
    const { records, pending, engines } = this.#options;
    const record = await records.result(id, signal).catch(ignoreRefusal);
    const request = pending.get(id);
    if (request && record && takeRecord(request, record, (uuid) => engines.locate(uuid))) pending.remove(request);
  }

  /** Its reply has come, but the `idle` after its output may have been lost: its record has what it put out. */
  async #finishOutput(request: Request): Promise<void> {
    await sleep(lateOutputMs, undefined, { ref: false });
    if (request.isFinished) return;
    // A hub that cannot be asked, or says nonsense, has no output to add.
    await this.#fetch(request.msgId).catch(() => undefined);
    if (request.endOutput()) this.#options.pending.remove(request);
  }
}

/** Hundreds may wait for its end, which Node would take for a leak. */
function manyWaits(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** @returns false when the signal ended it */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}

/** What is not on record, or not kept, has no result there. */
function ignoreRefusal(error: unknown): undefined {
  if (!(error instanceof RemoteError)) throw error;
}

function unknownTask({ msgId, method }: Request) {
  const evalue = `the controller was away, and has no record of task ${msgId} now that it is back: whether it ran is not known`;
  return { ename: "ConnectionLost", evalue, traceback: [], method };
}
