// `npm run bench`: compares this package with ipyparallel on this machine, in one run.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root, setUp } from "./setup.mjs";

await setUp({ forTests: true });
const build = spawnSync(
  process.execPath,
  [join(root, "node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.bench.json"],
  { cwd: root, stdio: "inherit" },
);
const run = spawnSync(
  process.execPath,
  ["--expose-internals", join(root, ".cache", "bench", "against-ipyparallel.js")],
  {
    cwd: root,
    stdio: "inherit",
  },
);
process.exitCode = build.status || run.status || 0;
