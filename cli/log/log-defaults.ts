/** Apart from the option schema, so that a program started without arguments need not load what reads them. */
export const logDefaults = { logLevel: "info", logFormat: "auto", logLimit: 64, logToFile: false } as const;
