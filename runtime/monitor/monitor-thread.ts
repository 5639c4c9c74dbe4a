import { workerData } from "node:worker_threads";
import type { MonitorStart } from "./monitor-messages.ts";
import { MonitorService } from "./monitor-service.ts";

/** The monitor thread of a kernel or engine: started by `Monitor.start`, ended by its `close` message. */
await MonitorService.start(workerData as MonitorStart);
