import { createLogger } from "../../cli/logger.ts";
import { loggerContract } from "./logger.ts";

loggerContract("lean", createLogger);
