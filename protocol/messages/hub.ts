import { z } from "zod";
import { InvalidMessage } from "../envelope.ts";

const target = z.union([z.int(), z.string()]);
const targets = z.union([z.null(), target, z.array(target)]).default(null);

/** Content of every request to the hub, by `msg_type` (wire protocol §6). */
const requests = {
  /** From an engine. `language` is ours: other peers leave it out. */
  registration_request: z.looseObject({
    uuid: z.string().min(1),
    id: z.int().nonnegative().nullish(),
    language: z.string().optional(),
  }),
  unregistration_request: z.looseObject({ id: z.int().nullable() }),
  connection_request: z.looseObject({}),
  queue_request: z.looseObject({ targets, verbose: z.boolean().default(false) }),
  shutdown_request: z.looseObject({}),
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

/** Engines by id, as a client gets them when it connects; keys are decimal ids. */
export const connectionReply = z.looseObject({
  status: z.literal("ok"),
  engines: z.record(z.string(), z.string()),
  /** Ours: the language of each engine that announced one, by uuid. */
  languages: z.record(z.string(), z.string()).default({}),
});

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
