import { expect, test } from "vitest";
import { newClusterFile, newSetId, withEngineSet, withoutEngineSet } from "../../../cluster/cluster-record.ts";
import { ClusterStore } from "../../../cluster/cluster-store.ts";
import type { LaunchedProcess } from "../../../cluster/launchers/launcher.ts";
import { LocalProcess } from "../../../cluster/launchers/local-process.ts";

const store = new ClusterStore({ name: "default", dir: "/p" }, "x");
const launched = (pid: number, outputFile: string): LaunchedProcess =>
  new LocalProcess({ pid, start: "1", outputFile });
const file = newClusterFile(
  store,
  { n: 2, delayMs: 1500, controller: { ip: "*", args: ["--ping=500"] } },
  launched(10, "/p/log/c.log"),
);

test("a cluster file has the keys that ipyparallel 9.2 writes, and no others", () => {
  expect(withEngineSet(file, "17", store, [launched(11, "/p/log/0.log"), launched(12, "/p/log/1.log")])).toEqual({
    cluster: {
      cluster_id: "x",
      controller_args: ["--ping=500"],
      controller_ip: "*",
      controller_location: "",
      delay: 1.5,
      n: 2,
      profile_dir: "/p",
      class: "ipyparallel.cluster.cluster.Cluster",
    },
    controller: {
      class: "local",
      state: { cluster_id: "x", output_file: "/p/log/c.log", pid: 10, profile_dir: "/p", state: "running" },
    },
    engines: {
      class: "local",
      sets: {
        "17": {
          cluster_id: "x",
          n: 2,
          pid: -1,
          profile_dir: "/p",
          state: "running",
          engines: {
            "0": { cluster_id: "x", n: 1, output_file: "/p/log/0.log", pid: 11, profile_dir: "/p", state: "running" },
            "1": { cluster_id: "x", n: 1, output_file: "/p/log/1.log", pid: 12, profile_dir: "/p", state: "running" },
          },
        },
      },
    },
  });
});

test("a set of engines that did not come up leaves no trace", () => {
  expect(withoutEngineSet(withEngineSet(file, "17", store, []), "17")).toEqual(file);
});

test("sets that start within a second get different ids", () => {
  expect([newSetId([], 17_999), newSetId(["17"], 17_999), newSetId(["17", "17-1"], 17_999)]).toEqual([
    "17",
    "17-1",
    "17-2",
  ]);
});

test("a cluster id that would leave the profile's folder is refused", () => {
  expect(() => new ClusterStore({ name: "default", dir: "/p" }, "../x")).toThrow('"../x" cannot be a cluster id');
});
