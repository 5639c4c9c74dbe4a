import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startController } from "../support/ipcontroller.ts";
import { RunningCluster } from "../support/running-cluster.ts";

const library = join(import.meta.dirname, "..", "..", "dist", "client", "index.js");
const program = join(import.meta.dirname, "..", "fixtures", "many_clients.mjs");

interface Measurement {
  /** Names of what keeps the process alive. */
  readonly active: readonly string[];
  readonly descriptors: number;
  readonly threads: number;
  readonly heapMb: number;
  readonly externalMb: number;
  readonly rssMb: number;
}

interface Ending {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Resolves when the program has ended by itself: with 1 where a rejection was not handled. */
async function ending(child: ChildProcess): Promise<Ending> {
  const texts = { output: "", errors: "" };
  child.stdout?.on("data", (chunk) => (texts.output += chunk));
  child.stderr?.on("data", (chunk) => (texts.errors += chunk));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...texts };
}

test("280 clients, left in every state, leave no handle, no descriptor, no memory and no rejection", async () => {
  await using running = await RunningCluster.start({ engines: 2 });
  const args = ["--expose-gc", program, library, running.cluster.connectionFile, "280"];
  const { code, output, errors } = await ending(spawn(process.execPath, args));
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
  const { measurements, warnings } = JSON.parse(output) as { measurements: Measurement[]; warnings: string[] };
  expect(warnings).toEqual([]);
  const [before, , , warm] = measurements;
  const after = measurements.at(-1);
  expect(after?.active).toEqual(before?.active);
  expect([after?.descriptors, after?.threads]).toEqual([warm?.descriptors, warm?.threads]);
  const grownMb = (of: (measurement: Measurement) => number) => of(after as Measurement) - of(warm as Measurement);
  // 196 clients: one that stayed, with its sockets, would be 100 kB and more.
  expect(grownMb(({ heapMb }) => heapMb)).toBeLessThan(1);
  expect(grownMb(({ externalMb }) => externalMb)).toBeLessThan(0.5);
  // What malloc keeps of threads that had much to do at once.
  expect(grownMb(({ rssMb }) => rssMb)).toBeLessThan(30);
});

test("a client whose controller has ended keeps no program alive", async () => {
  await using controller = await startController();
  const code = `
    import { Client } from ${JSON.stringify(library)};
    const rc = await Client.connect({ file: ${JSON.stringify(controller.paths.clientFile)} });
    console.log("connected");`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code]);
  const ended = ending(child);
  await once(child.stdout, "data");
  controller.process.kill("SIGTERM");
  expect(await ended).toEqual({ code: 0, output: "connected\n", errors: "" });
});
