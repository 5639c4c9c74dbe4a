import { constants } from "node:os";
import { expect, test } from "vitest";
import type { SessionId } from "../../../../protocol/ids.ts";
import { Session } from "../../../../protocol/session.ts";
import { Signer } from "../../../../protocol/signature.ts";
import { ControlService } from "../../../../runtime/monitor/control-service.ts";
import { MemoryRouter } from "../../../../transport/memory-channel.ts";

const session = (id: string, key = "key") => new Session({ id: id as SessionId, signer: new Signer(key) });

/** A control service with a client on its channel; `events` is what it asked for. */
function start() {
  const channel = new MemoryRouter();
  const events: unknown[] = [];
  new ControlService({
    channel,
    session: session("engine"),
    interrupt: () => events.push(["interrupt"]),
    isRunning: (msgId) => msgId === "running",
    signal: (signal) => events.push(["signal", signal]),
    shutdown: ({ header }, restart) => events.push(["shutdown", header.msg_type, restart]),
    abort: ({ msgIds, stopsRunning }) => events.push(["abort", msgIds, stopsRunning]),
    forward: (frames) => events.push(["forward", frames.length]),
    log: (text) => events.push(["log", text]),
  });
  const peer = channel.connect("client");
  const client = session("client");
  const replies = peer.messages[Symbol.asyncIterator]();
  const ask = async (type: string, content = {}) => {
    peer.send(client.pack({ type, content }));
    const next = await replies.next();
    if (next.done) throw new Error("The control channel was closed.");
    const { header, content: answer } = client.unpack(next.value);
    return [header.msg_type, answer];
  };
  return { ask, peer, client, events };
}

test("an interrupt request interrupts whatever runs", async () => {
  const { ask, events } = start();
  expect(await ask("interrupt_request")).toEqual(["interrupt_reply", { status: "ok" }]);
  expect(events).toEqual([["interrupt"]]);
});

test("SIGINT interrupts whatever runs, or the request that is named if it still runs; other signals are for the process", async () => {
  const { ask, events } = start();
  const { SIGINT, SIGTERM } = constants.signals;
  await ask("signal_request", { sig: "SIGINT" });
  await ask("signal_request", { sig: SIGINT, msg_id: "running" });
  await ask("signal_request", { sig: SIGINT, msg_id: "over" });
  await ask("signal_request", { sig: "SIGTERM" });
  expect(events).toEqual([["interrupt"], ["interrupt"], ["signal", SIGTERM]]);
});

test("an unknown signal is refused by name", async () => {
  const { ask, events } = start();
  const [type, content] = await ask("signal_request", { sig: "SIGNOPE" });
  expect(type).toBe("signal_reply");
  expect(content).toMatchObject({ status: "error", evalue: 'This system knows no signal "SIGNOPE".' });
  expect(events).toEqual([]);
});

test("shutdown is answered before it is done", async () => {
  const { ask, events } = start();
  expect(await ask("shutdown_request", { restart: true })).toEqual(["shutdown_reply", { status: "ok", restart: true }]);
  expect(events).toEqual([["shutdown", "shutdown_request", true]]);
});

test("an abort is answered at once, though the main thread runs on; without ids it means all", async () => {
  const { ask, events } = start();
  expect(await ask("abort_request", { msg_ids: ["a", "b"] })).toEqual(["abort_reply", { status: "ok" }]);
  await ask("abort_request", { msg_ids: "c" });
  await ask("abort_request");
  expect(events).toEqual([
    ["abort", ["a", "b"], false],
    ["abort", ["c"], false],
    ["abort", undefined, false],
  ]);
});

test("an abort stops what runs where it says so, as our clients do and ipyparallel's do not", async () => {
  const { ask, events } = start();
  await ask("abort_request", { msg_ids: ["a"], running: true });
  await ask("abort_request", { msg_ids: ["a"], running: "yes" });
  expect(events).toEqual([
    ["abort", ["a"], true],
    ["abort", ["a"], false],
  ]);
});

test("what it does not know goes to the main thread; forgeries do not", async () => {
  const { ask, peer, client, events } = start();
  peer.send(client.pack({ type: "clear_request" }));
  peer.send(session("stranger", "other key").pack({ type: "clear_request" }));
  await ask("interrupt_request");
  expect(events).toEqual([
    ["forward", 7],
    ["log", "Control message dropped: the signature does not match: is the connection file the current one?"],
    ["interrupt"],
  ]);
});
