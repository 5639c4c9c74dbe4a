import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Message } from "../../protocol/session.ts";
import type { ConnectionService } from "../connection-service.ts";
import { RemoteError, type RemoteFailure } from "../errors/remote-error.ts";
import { ExecuteReply } from "../requests/execute-reply.ts";
import { Request } from "../requests/request.ts";
import type { RequestGroup } from "../results/request-group.ts";
import { cannedValue } from "../sending/canned-call.ts";
import { takeRecord } from "./recorded-result.ts";

const pausesMs = { first: 50, most: 1000, factor: 1.5 } as const;

/** Asks the hub for requests until each has ended. */
export class HubPoll {
  readonly #connection: ConnectionService;
  readonly #signal: AbortSignal;
  readonly #open = new Map<string, Request>();

  constructor(connection: ConnectionService, signal: AbortSignal) {
    this.#connection = connection;
    this.#signal = signal;
    // Many requests may be asked for at once, which Node would take for a leak.
    setMaxListeners(0, signal);
  }

  expect(id: string, group: RequestGroup): Request {
    const header = { ...this.#connection.session.header("apply_request"), msg_id: id, date: "" };
    const read = (reply: Message, request: Request) => readValue(reply, request, this.#connection);
    const request = new Request(header, { method: "apply", read }, group);
    this.#open.set(id, request);
    return request;
  }

  /** Never rejects: what goes wrong is the requests' end. */
  async run(): Promise<void> {
    try {
      for (let pauseMs: number = pausesMs.first; this.#open.size > 0; pauseMs *= pausesMs.factor) {
        const ended = await this.#findEnded([...this.#open.keys()]);
        await Promise.all(ended.map((id) => this.#fetch(id)));
        if (this.#open.size > 0) await sleep(Math.min(pauseMs, pausesMs.most), undefined, { signal: this.#signal });
      }
    } catch (error) {
      for (const id of [...this.#open.keys()]) this.#fail(id, this.#signal.aborted ? this.#signal.reason : error);
    }
  }

  async #findEnded(ids: readonly string[]): Promise<readonly string[]> {
    const { records } = this.#connection;
    try {
      return (await records.status(ids, this.#signal)).completed;
    } catch (error) {
      if (!isUnknown(error)) throw error;
      if (ids.length > 1) return (await Promise.all(ids.map((id) => this.#findEnded([id])))).flat();
      for (const id of ids) this.#fail(id, error);
      return [];
    }
  }

  async #fetch(id: string): Promise<void> {
    const { records, engines } = this.#connection;
    try {
      const [request, record] = [this.#open.get(id), await records.result(id, this.#signal)];
      if (!request || !record) return;
      this.#open.delete(id);
      takeRecord(request, record, (uuid) => engines.locate(uuid));
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      this.#fail(id, error);
    }
  }

  #fail(id: string, error: unknown): void {
    this.#open.get(id)?.fail(failureOf(error), Date.now());
    this.#open.delete(id);
  }
}

const isUnknown = (error: unknown): error is RemoteError => error instanceof RemoteError && error.ename === "KeyError";

function failureOf(error: unknown): RemoteFailure {
  const origin = { traceback: [], method: "result_request" };
  if (error instanceof RemoteError) return { ename: error.ename, evalue: error.evalue, ...origin };
  const { message } = error instanceof Error ? error : new Error(String(error));
  return { ename: "TaskAborted", evalue: `the hub is no longer asked for it: ${message}`, ...origin };
}

/** @throws {Error} for what only Python can read */
function readValue(reply: Message, request: Request, { engines, session }: ConnectionService): unknown {
  if (request.method === "execute") return new ExecuteReply(Number(reply.content["execution_count"]), request, engines);
  if (reply.metadata["canning"] === undefined)
    throw new Error("a Python engine made it, and pickled it: only a Python client can read it");
  return cannedValue(reply, session.signer);
}
