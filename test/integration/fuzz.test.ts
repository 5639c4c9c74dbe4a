import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Client } from "../../client/client.ts";
import { Deferred } from "../../protocol/deferred.ts";
import { sessionId } from "../../protocol/ids.ts";
import { parseJson } from "../../protocol/json.ts";
import { openPacker } from "../../protocol/open-packer.ts";
import { Session } from "../../protocol/session.ts";
import { Signer } from "../../protocol/signature.ts";
import {
  type ConnectionEvent,
  dealer,
  publisher,
  router,
  subscriber,
  type ZmqChannel,
} from "../../transport/zmq-channel.ts";
import { type RunningController, startController, waitUntil } from "../support/ipcontroller.ts";
import { RunningEngine } from "../support/ipengine.ts";
import { wireNoise } from "../support/wire-noise.ts";

/** Another run of the same noise: `FUZZ_SEED=… npx vitest run --project integration test/integration/fuzz.test.ts`. */
const seed = Number(process.env["FUZZ_SEED"] ?? Date.now() % 2 ** 31);
/** Messages for each socket from each kind of peer. */
const rounds = Number(process.env["FUZZ_ROUNDS"] ?? 250);
const quietMs = 5000;
const mostGrowthMb = 150;

const residentMb = ({ process: { pid } }: RunningController): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;

function engineUuids({ paths }: RunningController): string[] {
  const { engines } = parseJson(readFileSync(paths.enginesFile)) as { engines: Record<string, string> };
  return Object.values(engines);
}

/** Every port that the controller listens on. */
function portsOf({ client, engine }: RunningController): readonly number[] {
  const all = [...Object.values(client), ...Object.values(engine)].flat();
  return [...new Set(all.filter((value): value is number => typeof value === "number"))];
}

const peers: Readonly<Record<string, () => ZmqChannel>> = {
  dealer: () => dealer(),
  router: () => router({ identity: `r${Math.random()}` }),
  publisher: () => publisher(),
  subscriber: () => subscriber(),
};

/** Whether a socket of this kind may connect there: one that may not is dropped without a word. */
async function isAccepted(channel: ZmqChannel, port: number): Promise<boolean> {
  const first = new Deferred<ConnectionEvent>();
  channel.watchConnection(first.resolve).connect(`tcp://127.0.0.1:${port}`);
  return (await Promise.race([first.promise, sleep(100)])) === "up";
}

async function throwMessages(port: number, messages: readonly Buffer[][]): Promise<void> {
  for (const open of Object.values(peers)) {
    await using peer = open();
    if (!(await isAccepted(peer, port))) continue;
    for (const frames of messages) peer.send(frames);
    // Replayed, as they were.
    for (const frames of messages.slice(0, 20)) peer.send(frames);
  }
}

const greeting = Buffer.concat([
  Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0]),
  Buffer.concat([Buffer.from("NULL"), Buffer.alloc(16 + 1 + 31)]),
]);
/** A ZMTP frame that claims to have 2^60 bytes. */
const boundless = Buffer.from([0x02, 0x10, 0, 0, 0, 0, 0, 0, 0]);
const ready = Buffer.from(
  "\x04\x29\x05READY\x0bSocket-Type\x00\x00\x00\x06DEALER\x08Identity\x00\x00\x00\x00",
  "latin1",
);

/** What is no ZeroMQ at all, or stops being it. */
async function throwBytes(port: number): Promise<void> {
  const floods = [
    Buffer.from("GET / HTTP/1.1\r\n\r\n"),
    Buffer.alloc(100_000, 0xff),
    greeting,
    Buffer.concat([greeting, Buffer.alloc(1000, 0x41)]),
    Buffer.concat([greeting, boundless]),
    Buffer.concat([greeting, ready, boundless, Buffer.alloc(1000)]),
    greeting.subarray(0, 20),
  ];
  for (const bytes of floods) {
    const closed = new Deferred<void>();
    const socket = connect(port, "127.0.0.1", () => socket.end(bytes));
    socket.on("error", () => undefined).on("close", () => closed.resolve());
    socket.resume();
    await Promise.race([closed.promise, sleep(200)]);
    socket.destroy();
  }
}

const socketOf = (line: string): string | undefined => / (?:on|to) ([^:]+):/.exec(line)?.[1];

async function clusterWorks(client: Client): Promise<void> {
  expect(await client.view("all").apply((x: number) => x + 1, 1)).toEqual([2, 2]);
  expect(await client.loadBalancedView().map((x: number) => x * x, [1, 2, 3, 4])).toEqual([1, 4, 9, 16]);
  expect(await client.queueStatus()).toMatchObject({ unassigned: 0 });
}

for (const args of [[], ["--packer=msgpack"], ["--no-secure"], ["--curve"]])
  test(`whatever is thrown at its sockets, the controller works on (${args.join() || "JSON"}; seed ${seed})`, async () => {
    await using controller = await startController(...args);
    await using _first = await RunningEngine.start(controller);
    await using _second = await RunningEngine.start(controller);
    await using client = await Client.connect({ profileDir: controller.profileDir });
    await client.waitForEngines(2, { timeoutMs: 10_000 });
    await clusterWorks(client);
    const [beforeMb, startMs] = [residentMb(controller), performance.now()];
    const linesBefore = controller.log().split("\n").length;

    const packer = await openPacker(controller.client, "");
    const signer = new Signer(controller.client.key);
    const stranger = new Session({ id: sessionId(Buffer.alloc(16, 0xee)), signer, packer, pid: seed });
    const engines = engineUuids(controller);
    const messages = fc.sample(wireNoise({ session: stranger, engines }), { seed, numRuns: rounds });
    for (const port of portsOf(controller)) {
      await throwMessages(port, messages);
      await throwBytes(port);
    }

    expect(controller.process.exitCode, controller.log()).toBe(null);
    await clusterWorks(client);
    await using later = await Client.connect({ profileDir: controller.profileDir });
    await clusterWorks(later);
    await using _third = await RunningEngine.start(controller);
    await later.waitForEngines(3, { timeoutMs: 10_000 });
    const lines = controller
      .log()
      .split("\n")
      .slice(linesBefore - 1);
    const complaints = lines.filter((line) => /dropped a message|refused a connection/.test(line));
    const most = 1 + Math.ceil((performance.now() - startMs) / quietMs);
    for (const socket of new Set(complaints.map(socketOf))) {
      const its = complaints.filter((line) => socketOf(line) === socket);
      expect(its.length, its.join("\n")).toBeLessThanOrEqual(most);
    }
    await waitUntil(() => residentMb(controller) < beforeMb + mostGrowthMb, AbortSignal.timeout(10_000));
  }, 180_000);
