import { createPinoLogger } from "../../cli/log/pino-logger.ts";
import { loggerContract } from "./logger.ts";

loggerContract("pino", createPinoLogger);
