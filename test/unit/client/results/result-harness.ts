import { EngineDirectory } from "../../../../client/engine-directory.ts";
import { PendingRequests } from "../../../../client/requests/pending-requests.ts";
import { Request } from "../../../../client/requests/request.ts";
import { AsyncResult } from "../../../../client/results/async-result.ts";
import { RequestGroup } from "../../../../client/results/request-group.ts";
import type { Arity, ResultPlan } from "../../../../client/results/result-plan.ts";
import { engineUuid } from "../../../../protocol/ids.ts";
import type { JsonValue } from "../../../../protocol/json.ts";
import { answer, header, okReply } from "../messages.ts";

/** A call on engines 0, 1, … of which nothing has come back yet. */
export function setUp<A extends Arity = "many">(count: number, more: Partial<ResultPlan<unknown>> = {}) {
  const engines = new EngineDirectory();
  const uuids = Array.from({ length: count }, (_, id) => `u${id}`);
  engines.adopt(Object.fromEntries(uuids.map((uuid, id) => [String(id), uuid])), undefined);
  const pending = new PendingRequests(
    engines,
    () => ({}),
    () => 1_000_000,
  );
  const group = new RequestGroup();
  const add = (uuid: string, size = 1): Request => {
    const plan = {
      method: "apply",
      size,
      read: ({ content }: { content: { value?: unknown } }) => content.value,
    } as const;
    const request = new Request(header("apply_request"), plan, group, engineUuid(uuid));
    pending.add(request);
    group.add(request);
    return request;
  };
  const requests = uuids.map((uuid) => add(uuid));
  const plan = {
    name: "apply",
    arity: "many",
    join: (values: readonly unknown[]) => [...values],
    engines,
    abort: async () => {},
    interrupt: async () => {},
  } as const;
  const result = new AsyncResult<unknown, A>(group, { ...plan, ...more });
  const answerWith = (request: Request | undefined, value: JsonValue, output = false) =>
    pending.takeReply(okReply(request?.msgId ?? "", value, output, request?.sentTo));
  const refuse = (request: Request | undefined) => {
    const engine = request?.sentTo ?? "";
    const error = { status: "error", ename: "TypeError", evalue: "no", traceback: ["TypeError: no"] };
    const content = { ...error, engine_info: { engine_id: uuids.indexOf(engine) } };
    pending.takeReply(
      answer("apply_reply", request?.msgId ?? "", { engine, content, metadata: { engine, output: false } }),
    );
  };
  const reply = (index: number, value: JsonValue, output = false) => answerWith(requests[index], value, output);
  const fail = (index: number) => refuse(requests[index]);
  return { result, group, requests, pending, reply, fail, add, answer: answerWith, refuse };
}
