import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { msgId } from "../../protocol/ids.ts";
import type { Message } from "../../protocol/session.ts";
import type { ConnectionService } from "../connection-service.ts";
import { RemoteError, type RemoteFailure } from "../errors/remote-error.ts";
import { abortRequests } from "../requests/abort-requests.ts";
import { cannedValue } from "../requests/canned-call.ts";
import { ExecuteReply } from "../requests/execute-reply.ts";
import { interruptRequests } from "../requests/interrupt-requests.ts";
import { Request } from "../requests/request.ts";
import { AsyncResult } from "../results/async-result.ts";
import { RequestGroup } from "../results/request-group.ts";
import type { Arity } from "../results/result-plan.ts";
import { takeRecord } from "./recorded-result.ts";

/**
 * Result of requests that were sent before, by whichever client. What this client still has is taken from there; for the
 * rest the hub is asked, again and again until they have ended, as it does not tell: at first after 50 ms, later once a
 * second. Of output the hub has text, value and error, no rich displays, and all of it comes with the reply.
 */
export type AsyncHubResult<T, A extends Arity = Arity> = AsyncResult<T, A>;

export interface HubResultOptions<A extends Arity> {
  readonly name: string;
  readonly arity: A;
  /** Ends the asking: what has not ended by then ends in `TaskAborted`. */
  readonly signal?: AbortSignal | undefined;
  readonly isOwner?: boolean;
}

const pausesMs = { first: 50, most: 1000, factor: 1.5 } as const;

/** @param ids may be on their way: the result fails as they do */
export function hubResult<T, A extends Arity>(
  connection: ConnectionService,
  ids: readonly string[] | Promise<readonly string[]>,
  { name, arity, signal, isOwner = true }: HubResultOptions<A>,
): AsyncHubResult<T, A> {
  const group = new RequestGroup();
  const polled = () => new HubPoll(connection, signal ? AbortSignal.any([signal, connection.ended]) : connection.ended);
  const begin = (known: readonly string[]) => {
    let poll: HubPoll | undefined;
    for (const id of new Set(known)) {
      const own = connection.local.get(msgId(id));
      if (own) {
        group.follow(own);
        continue;
      }
      poll ??= polled();
      group.add(poll.expect(id, group));
    }
    group.seal();
    void poll?.run();
  };
  if (ids instanceof Promise) ids.then(begin, (error: unknown) => group.break(error));
  else begin(ids);
  const join = (values: readonly unknown[]) => (arity === "one" ? values[0] : [...values]) as T;
  return new AsyncResult<T, A>(group, {
    name,
    arity,
    join,
    isOwner,
    engines: connection.engines,
    abort: (requests) => abortRequests(connection, requests),
    interrupt: (requests) => interruptRequests(connection, requests),
  });
}

/** Asks the hub for requests until each has ended. */
class HubPoll {
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
  const origin = { traceback: [], method: "result" };
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
