import { expect, test } from "vitest";
import { engineDefaults } from "../../../engine/engine-settings.ts";
import { findConnection } from "../../../engine/find-connection.ts";

const connection = {
  interface: "tcp://127.0.0.1",
  registration: 1,
  control: 2,
  mux: 3,
  task: 4,
  iopub: 5,
  hb_ping: 6,
  hb_pong: 7,
  broadcast: [8, 9],
  key: "k",
  location: "here",
};
const told = (value: unknown) =>
  findConnection(engineDefaults, { env: { IPP_CONNECTION_INFO: JSON.stringify(value) }, home: "/" });

test("the environment's connection is taken, what it leaves out is filled in", async () => {
  expect(await told({ ...connection })).toEqual({
    ...connection,
    ssh: "",
    curve_serverkey: null,
    pack: "json",
    unpack: "json",
    signature_scheme: "hmac-sha256",
  });
});

test("a field at fault is named", async () => {
  const { hb_pong: _, ...without } = connection;
  await expect(told(without)).rejects.toThrow(/IPP_CONNECTION_INFO is not a valid connection file: hb_pong/);
  await expect(told({ ...connection, broadcast: [0] })).rejects.toThrow(/broadcast/);
  await expect(told({ ...connection, location: 5 })).rejects.toThrow(/location/);
});

test("the controller's key comes from the environment where the connection has none", async () => {
  const find = (value: object) => {
    const env = { IPP_CONNECTION_INFO: JSON.stringify(value), IPP_CURVE_SERVERKEY: "theirs" };
    return findConnection(engineDefaults, { env, home: "/" });
  };
  expect((await find(connection)).curve_serverkey).toBe("theirs");
  expect((await find({ ...connection, curve_serverkey: "its own" })).curve_serverkey).toBe("its own");
});

test("an aborted wait for the file ends with the signal's reason", async () => {
  const settings = { ...engineDefaults, file: "/nowhere/ipcontroller-engine.json" };
  const signal = AbortSignal.abort(new Error("enough"));
  await expect(findConnection(settings, { env: {}, home: "/" }, signal)).rejects.toThrow();
});
