import { expect, test } from "vitest";
import { channelUrl } from "../../../protocol/channel-url.ts";
import { parseWireDate, wireDate } from "../../../protocol/clock.ts";
import { clientConnection, parseConnection, parseConnectionText } from "../../../protocol/connection-file.ts";
import { clusterPaths, profileDir } from "../../../protocol/profile-paths.ts";

const connection = {
  ssh: "",
  interface: "tcp://127.0.0.1",
  registration: 1001,
  control: 1002,
  mux: 1003,
  task: 1004,
  task_scheme: "leastload",
  iopub: 1005,
  notification: 1006,
  broadcast: 1007,
  key: "k",
  curve_serverkey: null,
  location: "there",
  pack: "json",
  unpack: "json",
  signature_scheme: "hmac-sha256",
};
const here = { hostname: "here", addresses: ["10.0.0.1"] };

test("a connection file keeps every field of its writer", () => {
  expect(parseConnection(clientConnection, { ...connection, future: 1 }, "file")).toEqual({ ...connection, future: 1 });
});

test("a connection file with a wrong field is refused with the file's and the field's name", () => {
  expect(() => parseConnectionText(clientConnection, "{", "/p/client.json")).toThrow(
    "/p/client.json is not JSON. Restart the controller to write a new one.",
  );
  expect(() => parseConnection(clientConnection, { ...connection, mux: "x" }, "/p/client.json")).toThrow(
    /\/p\/client\.json.*mux.*Restart the controller/,
  );
});

test("a wildcard interface is replaced by where the controller is, seen from the reader", () => {
  const url = (location: string) => channelUrl({ interface: "tcp://*", location }, 5, here);
  expect([url("here"), url("10.0.0.1"), url("elsewhere")]).toEqual([
    "tcp://127.0.0.1:5",
    "tcp://127.0.0.1:5",
    "tcp://elsewhere:5",
  ]);
  expect(channelUrl(connection, 5, here)).toBe("tcp://127.0.0.1:5");
});

test("a profile is found by folder, by environment, or by name below the IPython folder", () => {
  const env = { IPP_PROFILE_DIR: "/env/profile", IPYTHONDIR: "/ipython" };
  expect(profileDir({ profileDir: "/mine" }, env, "/home")).toBe("/mine");
  expect(profileDir({}, env, "/home")).toBe("/env/profile");
  expect(profileDir({ profile: "mpi" }, env, "/home")).toBe("/ipython/profile_mpi");
  expect(profileDir({}, {}, "/home")).toBe("/home/.ipython/profile_default");
});

test("files of a cluster are named as ipyparallel names them", () => {
  expect(clusterPaths("/p", "")).toMatchObject({
    clientFile: "/p/security/ipcontroller-client.json",
    curveFile: "/p/security/ipcontroller-curve.json",
    clusterFile: "/p/security/cluster-.json",
    enginesFile: "/p/log/engines.json",
  });
  expect(clusterPaths("/p", "b").engineFile).toBe("/p/security/ipcontroller-b-engine.json");
});

test("dates on the wire keep microseconds", () => {
  const date = "2026-11-21T01:39:31.440921Z";
  const epochMs = parseWireDate(date) ?? 0;
  expect(wireDate(epochMs)).toBe(date);
  expect(parseWireDate("2026-11-21T03:39:31.44+02:00")).toBeCloseTo(epochMs - 0.921, 2);
  expect(parseWireDate("yesterday")).toBeUndefined();
});
