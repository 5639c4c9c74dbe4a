import { z } from "zod";
import { InvalidMessage } from "../envelope.ts";
import { isJsonObject, type JsonObject } from "../json.ts";

const target = z.union([z.int(), z.string()]);
const targets = z.union([z.null(), target, z.array(target)]).default(null);
const jsonObject = z.custom<JsonObject>(isJsonObject, "an object is needed");
const msgIds = z.array(z.string());

/** Content of every request to the hub, by `msg_type` (wire protocol §6). */
const requests = {
  /** From an engine. `language` is ours: other peers leave it out. */
  registration_request: z.looseObject({
    uuid: z.string().min(1),
    id: z.int().nonnegative().nullish(),
    language: z.string().optional(),
  }),
  unregistration_request: z.looseObject({ id: z.int().nullish() }),
  connection_request: z.looseObject({}),
  queue_request: z.looseObject({ targets, verbose: z.boolean().default(false) }),
  load_request: z.looseObject({ targets }),
  result_request: z.looseObject({ msg_ids: msgIds, status_only: z.boolean().default(false) }),
  history_request: z.looseObject({}),
  /** `keys`: `null` and none mean all but the buffers. */
  db_request: z.looseObject({
    query: jsonObject.default({}),
    keys: z.union([z.null(), z.string(), z.array(z.string())]).default(null),
  }),
  /** `"all"` spares what is pending. */
  purge_request: z.looseObject({
    msg_ids: z.union([z.literal("all"), msgIds]).default([]),
    engine_ids: z.array(z.int()).default([]),
  }),
  resubmit_request: z.looseObject({ msg_ids: msgIds }),
  shutdown_request: z.looseObject({}),
  /** `scheduler_args`: keyword arguments of Dask's `Scheduler`. */
  become_dask_request: z.looseObject({ scheduler_args: jsonObject.default({}) }),
  stop_distributed_request: z.looseObject({}),
  /** Ours: other hubs answer it with `hub_error`. */
  status_request: z.looseObject({}),
} satisfies Record<string, z.ZodType>;

export type HubRequestType = keyof typeof requests;
export type HubRequest = {
  [Type in HubRequestType]: { readonly type: Type; readonly content: z.infer<(typeof requests)[Type]> };
}[HubRequestType];

export function isHubRequestType(type: string): type is HubRequestType {
  return Object.hasOwn(requests, type);
}

/** @throws {InvalidMessage} naming the first field at fault */
export function parseHubRequest(type: HubRequestType, content: unknown): HubRequest {
  const parsed = requests[type].safeParse(content);
  if (parsed.success) return { type, content: parsed.data } as HubRequest;
  throw new InvalidMessage(`${type}: ${firstIssue(parsed.error)}`);
}

const ok = z.literal("ok");

/** Engines by id, as a client gets them when it connects; keys are decimal ids. */
export const connectionReply = z.looseObject({
  status: ok,
  engines: z.record(z.string(), z.string()),
  /** Ours: the language of each engine that announced one, by uuid. */
  languages: z.record(z.string(), z.string()).default({}),
  /** Ours: the sockets for requests give receipts (`transport/receipts.ts`). */
  receipts: z.boolean().default(false),
  /** Ours: coalesced replies to broadcasts keep each engine's part, if the request asks for it. */
  coalesced_parts: z.boolean().default(false),
});

/**
 * How requests stand. Each completed one has its record under its id (`resultRecord`), unless only the status was
 * asked for; their buffers follow one another in ascending order of the ids.
 */
export const resultReply = z.looseObject({ status: ok, pending: msgIds, completed: msgIds });

/** A completed request in a `result_reply`; times are ISO-8601 with microseconds. */
export const resultRecord = z.looseObject({
  header: jsonObject,
  metadata: jsonObject,
  result_header: jsonObject,
  result_metadata: jsonObject,
  result_content: jsonObject,
  received: z.string().nullable(),
  io: z.looseObject({
    execute_input: z.string().nullable(),
    execute_result: jsonObject.nullable(),
    error: jsonObject.nullable(),
    stdout: z.string(),
    stderr: z.string(),
  }),
});

/** Ids in the order of submission. */
export const historyReply = z.looseObject({ status: ok, history: msgIds });

/** Records, with how many of the message's frames are buffers of each: first its request's, then its result's. */
export const dbReply = z.looseObject({
  status: ok,
  records: z.array(jsonObject),
  buffer_lens: z.array(z.int()).nullable(),
  result_buffer_lens: z.array(z.int()).nullable(),
});

/** Of requests whose answer says no more than that they were carried out, as `purge_request`. */
export const okReply = z.looseObject({ status: ok });

/** The new id of each resubmitted request, by the old one. */
export const resubmitReply = z.looseObject({ status: ok, resubmitted: z.record(z.string(), z.string()) });

/** Where the Dask scheduler listens: `tcp://…`, and the same as host and port. */
export const becomeDaskReply = z.looseObject({ status: ok, address: z.string(), ip: z.string(), port: z.int() });

/** An engine in a `status_reply`. */
const engineStatus = z.object({
  id: z.int(),
  uuid: z.string(),
  /** `null` for engines that did not say, as Python's. */
  language: z.string().nullable(),
  /** Direct requests that it has not answered. */
  queue: z.int(),
  /** Tasks that it holds. */
  tasks: z.int(),
  /** Requests and tasks that it has answered. */
  completed: z.int(),
  /** Seconds since it had something to do; 0 while it has. */
  idle_s: z.number(),
  /** Seconds since its latest heartbeat. */
  silent_s: z.number(),
});

/** How the controller and its engines are. */
export const statusReply = z.object({
  status: ok,
  version: z.string(),
  pid: z.int(),
  uptime_s: z.number(),
  /** Resident memory of the controller. */
  memory_mb: z.number(),
  /** Processor time that the controller has used. */
  processor_s: z.number(),
  /** Share of one processor that it used in the latest heartbeat period: 0.5 = half of one. */
  load: z.number(),
  /** Connected clients. */
  clients: z.int(),
  /** In ascending order of their ids. */
  engines: z.array(engineStatus),
  /** Tasks that no engine has got yet. */
  unassigned: z.int(),
  /** Tasks that ended since the start, however they ended. */
  tasks_finished: z.int(),
  db: z.object({
    /** `dictdb`, `sqlitedb`, `mongodb` or `nodb`. */
    name: z.string(),
    /** Changes that it has not stored yet. */
    backlog: z.int(),
    /** It fails or is too slow: records are incomplete. */
    is_degraded: z.boolean(),
  }),
});
export type StatusReply = z.infer<typeof statusReply>;

/** What the hub publishes, by `msg_type`. Python clients raise on any other type: add none. */
export const notifications = {
  registration_notification: z.looseObject({ id: z.int(), uuid: z.string(), language: z.string().optional() }),
  unregistration_notification: z.looseObject({ id: z.int(), uuid: z.string() }),
  shutdown_notification: z.looseObject({}),
} satisfies Record<string, z.ZodType>;

/** The first field at fault, for an error message. */
export function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  if (!issue) return error.message;
  return issue.path.length > 0 ? `${issue.path.join(".")}: ${issue.message}` : issue.message;
}
