import { expect, test } from "vitest";
import { clientConnection, engineConnection } from "../../../../protocol/connection-file.ts";
import { portsOf, throughTunnel } from "../../../../transport/ssh/tunnelled-connection.ts";

const shared = {
  interface: "tcp://*",
  registration: 1,
  control: 2,
  mux: 3,
  task: 4,
  iopub: 5,
  key: "k",
  location: "far",
};

test("all ports of a client's file are replaced, and nothing else", () => {
  const connection = clientConnection.parse({ ...shared, notification: 6, broadcast: 7 });
  expect(portsOf(connection).sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(throughTunnel(connection, (port) => port + 100)).toEqual({
    ...connection,
    interface: "tcp://127.0.0.1",
    ...{ registration: 101, control: 102, mux: 103, task: 104, iopub: 105, notification: 106, broadcast: 107 },
  });
});

test("an engine's file has several ports for broadcasts", () => {
  const connection = engineConnection.parse({ ...shared, broadcast: [6, 7], hb_ping: 8, hb_pong: 9 });
  expect(portsOf(connection).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(throughTunnel(connection, (port) => port + 100)).toMatchObject({ broadcast: [106, 107], hb_ping: 108 });
});
