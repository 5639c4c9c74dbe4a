/** Python's names and numbers, so that peers' `--log-level=10` means the same here. */
export const logLevels = { debug: 10, info: 20, warn: 30, error: 40, critical: 50 } as const;
export type LogLevelName = keyof typeof logLevels;
export type LogLevel = LogLevelName | number;

export const levelNames = Object.keys(logLevels) as readonly LogLevelName[];

/** The number of a level; a number stands for itself. */
export const levelNumber = (level: LogLevel): number => (typeof level === "number" ? level : logLevels[level]);
