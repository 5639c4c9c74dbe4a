import type { LogFormat } from "../cli/log/line-sink.ts";
import { logDefaults } from "../cli/log/log-defaults.ts";
import type { LogLevel } from "../cli/log/log-levels.ts";

/** What an engine is told when it starts, by its command line or by default. */
export interface EngineSettings {
  readonly profile?: string | undefined;
  readonly profileDir?: string | undefined;
  readonly ipythonDir?: string | undefined;
  readonly clusterId?: string | undefined;
  /** Connection file. */
  readonly file?: string | undefined;
  /** Engine id to ask the hub for. */
  readonly id?: number | undefined;
  /** Seconds to wait for the controller's answer, each of several times. */
  readonly timeout: number;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  /** MiB. */
  readonly logLimit: number;
  readonly logToFile: boolean;
  readonly workDir?: string | undefined;
}

/** Apart from the option schema, so that an engine started without arguments need not load what reads them. */
export const engineDefaults = { timeout: 5, ...logDefaults } as const satisfies EngineSettings;
