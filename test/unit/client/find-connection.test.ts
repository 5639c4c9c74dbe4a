import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ConnectError } from "../../../client/errors/failures.ts";
import { findConnection } from "../../../client/find-connection.ts";
import { InvalidConnection } from "../../../protocol/connection-file.ts";

const folder = mkdtempSync(join(tmpdir(), "connection-"));
afterAll(() => rmSync(folder, { recursive: true }));

const connection = {
  interface: "tcp://127.0.0.1",
  registration: 1001,
  control: 1002,
  mux: 1003,
  task: 1004,
  iopub: 1005,
  notification: 1006,
  broadcast: 1007,
  key: "key",
  location: "here",
};

test("a missing file is named, with the command that starts that very cluster", () => {
  const profileDir = join(folder, "none");
  expect(() => findConnection({ profileDir })).toThrow(ConnectError);
  expect(() => findConnection({ profileDir, clusterId: "b" })).toThrow(
    `There is no ${profileDir}/security/ipcontroller-b-client.json: no cluster is running there. ` +
      `Start one with \`ipcluster start -n 4 --profile-dir ${profileDir} --cluster-id b\`.`,
  );
});

test("a file is found by profile folder, by cluster and by path", () => {
  mkdirSync(join(folder, "security"));
  const file = join(folder, "security", "ipcontroller-client.json");
  writeFileSync(file, JSON.stringify(connection), { mode: 0o600 });
  for (const choice of [{ profileDir: folder }, { cluster: { connectionFile: file } }, { file }])
    expect(findConnection(choice).registration).toBe(1001);
  expect(findConnection({ connectionInfo: { ...connection, mux: 7 } }).mux).toBe(7);
});

test("a damaged file is named with what is wrong", () => {
  const file = join(folder, "damaged.json");
  writeFileSync(file, "{", { mode: 0o600 });
  expect(() => findConnection({ file })).toThrow(`${file} cannot be read: `);
  writeFileSync(file, JSON.stringify({ ...connection, mux: "x" }));
  expect(() => findConnection({ file })).toThrow(InvalidConnection);
  expect(() => findConnection({ file })).toThrow(/damaged\.json is not a valid connection file: mux/);
});

test("a file that others can read is refused with the command that closes it", () => {
  const file = join(folder, "open.json");
  writeFileSync(file, JSON.stringify(connection));
  chmodSync(file, 0o640);
  expect(() => findConnection({ file })).toThrow(ConnectError);
  expect(() => findConnection({ file })).toThrow(`chmod 600 ${file}`);
});
