import { join } from "node:path";
import { capLog } from "../cli/log/log-cap.ts";
import { createPinoLogger } from "../cli/log/pino-logger.ts";
import type { Logger } from "../cli/logger.ts";
import type { ControllerOptions } from "./options.ts";

/**
 * The controller's log, kept short for as long as it runs; a crash is its last line.
 * @param folder takes the file, where the options ask for one
 */
export function openLog(options: ControllerOptions, folder: string, env: NodeJS.ProcessEnv): Logger {
  const { logLevel, logFormat, logLimit, logToFile, logFile } = options;
  const file = logFile ?? (logToFile ? join(folder, `ipcontroller-${process.pid}.log`) : undefined);
  const log = createPinoLogger({ name: "ipcontroller", level: logLevel, format: logFormat, file, env });
  void capLog({ file, limitMib: logLimit, env, log });
  process.once("uncaughtExceptionMonitor", (err) => log.error(`the controller has crashed: ${err.message}`, { err }));
  return log;
}
