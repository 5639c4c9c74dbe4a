// `npm run bench`: measures this package on this machine; `npm run bench -- large-array` names what, one of `bench/`:
//   against-ipyparallel   speed and memory beside ipyparallel's, in one run
//   large-array           an array of 1 GiB (or GIB=…) to an engine and back
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root, setUp } from "./setup.mjs";

const [name = "against-ipyparallel"] = process.argv.slice(2);
await setUp({ forTests: true });
const build = spawnSync(
  process.execPath,
  [join(root, "node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.bench.json"],
  { cwd: root, stdio: "inherit" },
);
const run = spawnSync(process.execPath, ["--expose-internals", join(root, ".cache", "bench", `${name}.js`)], {
  cwd: root,
  stdio: "inherit",
});
process.exitCode = build.status || run.status || 0;
