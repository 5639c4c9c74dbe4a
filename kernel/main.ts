#!/usr/bin/env -S node --expose-internals
import { readFileSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { runProgram } from "../cli/run-program.ts";
import { parseJson } from "../protocol/json.ts";
import { parseKernelConnection } from "../protocol/kernel-connection.ts";
import { interceptExit } from "../runtime/evaluate/exit-request.ts";
import { Monitor } from "../runtime/monitor/monitor.ts";
import { KernelService } from "./kernel-service.ts";
import { kernelProgram } from "./options.ts";
import { parentEnds } from "./parent-process.ts";

/** Set by Jupyter for kernels that are not to outlive it. */
const isWatchingParent = process.env["JPY_PARENT_PID"] !== undefined;

await runProgram(kernelProgram, process.argv.slice(2), async ({ connectionFile }) => {
  const connection = parseKernelConnection(parseJson(readFileSync(connectionFile)), connectionFile);
  const monitor = new Monitor();
  const kernel = await KernelService.start(connection, monitor).catch(async (error: unknown) => {
    // Its thread would keep the process, and Jupyter waiting for it.
    await monitor[Symbol.asyncDispose]();
    throw error;
  });
  const exit = interceptExit((exitCode) => kernel.end(exitCode));
  const ended = new AbortController();
  if (isWatchingParent)
    parentEnds(ended.signal).then(
      () => kernel.end(0),
      () => undefined,
    );
  const exitCode = await kernel.finished;
  ended.abort();
  await nextTurn(); // The cell that called process.exit() is answered first.
  await kernel[Symbol.asyncDispose]();
  return exit.exit(exitCode);
});
