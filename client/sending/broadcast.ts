import { RequestGroup } from "../results/request-group.ts";
import type { SendCall } from "./submit-direct.ts";

/**
 * Sends a call that is the same for all of its engines in one message.
 * @param coalescing whether the controller is to answer by one message too
 */
export const broadcast =
  (coalescing: boolean): SendCall =>
  (connection, { ids, payload, plan }) => {
    // The copies of a request differ by their engine alone: each engine gets one.
    const engines = [...new Set(ids.flatMap((id) => connection.engines.uuid(id) ?? []))];
    const observer = new RequestGroup();
    const requests = connection.requests.broadcast({ engines, coalescing }, payload(0), { plan: plan(0), observer });
    for (const request of requests) observer.add(request);
    observer.seal();
    return observer;
  };
