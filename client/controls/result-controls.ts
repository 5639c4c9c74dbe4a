import type { ConnectionService } from "../connection-service.ts";
import type { ResultPlan } from "../results/result-plan.ts";
import { abortRequests } from "./abort-requests.ts";
import { interruptRequests } from "./interrupt-requests.ts";

/** How results of requests find the engines, and stop them. */
export const resultControls = (
  connection: ConnectionService,
): Pick<ResultPlan<unknown>, "engines" | "abort" | "interrupt"> => ({
  engines: connection.engines,
  abort: (requests) => abortRequests(connection, requests),
  interrupt: (requests) => interruptRequests(connection, requests),
});
