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
  expect(findConnection({ connectionInfo: JSON.stringify({ ...connection, mux: 8 }) }).mux).toBe(8);
});

test("a URL or a path alone is refused with the way to connect", () => {
  const url = "tcp://192.168.1.16:10101";
  for (const choice of [{ file: url }, { connectionInfo: url }, url as never]) {
    expect(() => findConnection(choice)).toThrow(ConnectError);
    expect(() => findConnection(choice)).toThrow(/The URL tcp:.* is not enough .*: `Client\.connect\(\{ file \}\)`/);
  }
  for (const choice of [{ connectionInfo: "a.json" }, "a.json" as never])
    expect(() => findConnection(choice)).toThrow('`Client.connect({ file: "a.json" })`');
});

test("a profile that does not exist is named with those that do", () => {
  const ipythonDir = join(folder, "ipython");
  for (const name of ["default", "mpi"]) mkdirSync(join(ipythonDir, `profile_${name}`), { recursive: true });
  expect(() => findConnection({ ipythonDir, profile: "mpl" })).toThrow(
    `There is no profile "mpl" (${ipythonDir}/profile_mpl): did you mean "mpi"? There are: default, mpi.`,
  );
  expect(() => findConnection({ ipythonDir, profile: "mpi" })).toThrow(
    `\`ipcluster start -n 4 --ipython-dir ${ipythonDir} --profile mpi\``,
  );
});

test("a cluster that is not there is named with the others of its profile", () => {
  const profileDir = join(folder, "several");
  mkdirSync(join(profileDir, "security"), { recursive: true });
  for (const name of ["ipcontroller-client.json", "ipcontroller-night-client.json", "ipcontroller-night-engine.json"])
    writeFileSync(join(profileDir, "security", name), "{}");
  expect(() => findConnection({ profileDir, clusterId: "nigth" })).toThrow(
    'There are others of this profile: clusterId "", "night". Start one with',
  );
});

test("a file that is named and not there is not taken for a cluster of this machine", () => {
  expect(() => findConnection({ file: "/nowhere/client.json" })).toThrow(
    /^There is no \/nowhere\/client\.json: a contr/,
  );
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
