import { isJsonObject, type JsonObject } from "../../protocol/json.ts";
import { connectionReply, firstIssue, type StatusReply, statusReply } from "../../protocol/messages/hub.ts";

/** What a hub tells of its engines' work. Missing: what hubs of other peers do not tell. */
export interface HubReport {
  readonly engines: readonly EngineReport[];
  /** Tasks that no engine has got yet. */
  readonly unassigned: number;
  readonly controller?: Omit<StatusReply, "status" | "engines" | "unassigned">;
}

export interface EngineReport {
  readonly id: number;
  readonly uuid: string;
  readonly language: string | undefined;
  /** Direct requests that it has not answered. */
  readonly queue: number;
  /** Tasks that it holds. */
  readonly tasks: number;
  readonly completed: number;
  /** Seconds since it had something to do. */
  readonly idleS?: number;
  /** Seconds since its latest heartbeat. */
  readonly silentS?: number;
}

type Ask = (type: string, content: JsonObject) => Promise<JsonObject>;

/** Our hub answers in one go; others are asked what every hub answers. */
export async function askHub(ask: Ask): Promise<HubReport> {
  const content = await ask("status_request", {});
  if (content["status"] === "ok") return fromStatus(content);
  const { engines, languages } = connectionReply.parse(await ask("connection_request", {}));
  const targets = Object.keys(engines).map(Number);
  // ipyparallel's hub refuses an empty list of targets.
  const queues = targets.length === 0 ? {} : await ask("queue_request", { targets, verbose: false });
  return {
    engines: targets.map((id) => {
      const uuid = engines[id] ?? "";
      return { id, uuid, language: languages[uuid], ...counts(queues[id]) };
    }),
    unassigned: Number(queues["unassigned"] ?? 0),
  };
}

function fromStatus(content: JsonObject): HubReport {
  const parsed = statusReply.safeParse(content);
  if (!parsed.success) throw new Error(`The controller is of another version: ${firstIssue(parsed.error)}.`);
  const { status: _, engines, unassigned, ...controller } = parsed.data;
  return {
    engines: engines.map(({ id, uuid, language, queue, tasks, completed, idle_s, silent_s }) => {
      return { id, uuid, language: language ?? undefined, queue, tasks, completed, idleS: idle_s, silentS: silent_s };
    }),
    unassigned,
    controller,
  };
}

function counts(row: JsonObject[string]): Pick<EngineReport, "queue" | "tasks" | "completed"> {
  const { queue, tasks, completed } = isJsonObject(row) ? row : {};
  return { queue: Number(queue ?? 0), tasks: Number(tasks ?? 0), completed: Number(completed ?? 0) };
}
