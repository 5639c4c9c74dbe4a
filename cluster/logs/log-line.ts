import { type LogLevelName, levelNames } from "../../cli/log/log-levels.ts";
import { type LogRecord, parseRecord } from "../../cli/log/log-record.ts";

/** A line of a log file, whoever wrote it. */
export interface LogLine {
  /** Milliseconds since 1970; `undefined` for a line that tells no time: a traceback's, or what native code printed. */
  readonly timeMs: number | undefined;
  /** `undefined` where the line tells none. */
  readonly level: LogLevelName | undefined;
  /** Program or part that spoke, as it calls itself. */
  readonly name: string | undefined;
  readonly pid: number | undefined;
  /** Id of the engine that wrote the line, where it says so. */
  readonly engine: number | undefined;
  readonly msg: string;
  readonly fields: LogRecord["fields"];
}

/** `2026-11-21 12:43:10.206 [IPEngine.2] WARNING | …`: how programs of ipyparallel log, in local time. */
const pythonLine = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d{3}) \[([\w.]+)\] (?:([A-Z]+) \| )?(.*)$/;

export function readLine(text: string): LogLine {
  const record = parseRecord(text);
  if (record) return fromRecord(record);
  const python = pythonLine.exec(text);
  if (python) return fromPython(python);
  return {
    timeMs: undefined,
    level: undefined,
    name: undefined,
    pid: undefined,
    engine: undefined,
    msg: text,
    fields: {},
  };
}

function fromRecord({ time, level, name, pid, msg, fields }: LogRecord): LogLine {
  const { engine } = fields;
  const isEngine = name === "ipengine" && typeof engine === "number";
  const timeMs = Date.parse(time);
  return {
    timeMs: Number.isNaN(timeMs) ? undefined : timeMs,
    ...{ level, name, pid, msg, fields },
    engine: isEngine ? engine : undefined,
  };
}

function fromPython([, date, time, name = "", level, msg = ""]: RegExpExecArray): LogLine {
  const id = /^(?:IPEngine|KernelNanny)\.(\d+)$/.exec(name)?.[1];
  return {
    timeMs: new Date(`${date}T${time}`).getTime(),
    level: pythonLevel(level),
    name,
    pid: undefined,
    engine: id === undefined ? undefined : Number(id),
    msg,
    fields: {},
  };
}

/** Python names a level only from warnings on. */
function pythonLevel(name = "info"): LogLevelName {
  const lower = name.toLowerCase();
  return levelNames.find((level) => lower.startsWith(level)) ?? "info";
}
