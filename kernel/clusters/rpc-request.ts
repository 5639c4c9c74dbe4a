import { z } from "zod";
import type { ClustersMethods } from "../../protocol/clusters-rpc.ts";
import { isJsonObject, type JsonObject } from "../../protocol/json.ts";
import { firstIssue } from "../../protocol/messages/hub.ts";

/** A row's id names folders, so nothing in it may lead out of the profile's place. */
const clusterName = z
  .string()
  .max(200)
  .regex(/^[^/\\.\p{Cc}][^/\\\p{Cc}]*(\/[^/\\.\p{Cc}][^/\\\p{Cc}]*)?$/u, "is no cluster's name");
/** More engines than this is a slip of the finger, not a request. */
const mostEngines = 1024;

const paramsByMethod = {
  list: z.object({}),
  start: z.object({ id: clusterName, n: z.int().min(1).max(mostEngines) }),
  stop: z.object({ id: clusterName }),
} satisfies { [Method in keyof ClustersMethods]: z.ZodType<ClustersMethods[Method]["params"]> };

export type RpcId = number | string;
/** A request of the panel, checked. */
export type RpcRequest = {
  [Method in keyof ClustersMethods]: { method: Method; params: ClustersMethods[Method]["params"] };
}[keyof ClustersMethods];

/** Why a request is refused, with JSON-RPC's code for it. */
export class RpcRefusal extends Error {
  override name = "RpcRefusal";
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** The id under which to answer, if there is one: without it a JSON-RPC message wants no answer. */
export function rpcId(content: unknown): RpcId | undefined {
  const id = isJsonObject(content) ? content["id"] : undefined;
  return typeof id === "number" || typeof id === "string" ? id : undefined;
}

/** @throws {RpcRefusal} naming the method or the parameter at fault */
export function parseRpcRequest(content: unknown): RpcRequest {
  if (!isJsonObject(content) || content["jsonrpc"] !== "2.0" || typeof content["method"] !== "string")
    throw new RpcRefusal(-32_600, "This is no JSON-RPC 2.0 request.");
  return checked(content["method"], content);
}

function checked(method: string, content: JsonObject): RpcRequest {
  const params = content["params"] ?? {};
  switch (method) {
    case "list":
      return { method, params: read(method, params) };
    case "start":
      return { method, params: read(method, params) };
    case "stop":
      return { method, params: read(method, params) };
    default:
      throw new RpcRefusal(
        -32_601,
        `The Clusters kernel has no method ${method}. Are panel and kernel of one version?`,
      );
  }
}

function read<Method extends keyof ClustersMethods>(
  method: Method,
  params: unknown,
): z.infer<(typeof paramsByMethod)[Method]> {
  const parsed = paramsByMethod[method].safeParse(params);
  if (!parsed.success) throw new RpcRefusal(-32_602, `${method}: ${firstIssue(parsed.error)}.`);
  return parsed.data as z.infer<(typeof paramsByMethod)[Method]>;
}
