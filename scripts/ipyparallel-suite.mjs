// `node scripts/ipyparallel-suite.mjs [--theirs] [module …]`: runs ipyparallel's own tests, which come with its package, on our
// controller (or on its own, to compare) and prints the count of each module. Five minutes for all.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { pythonProgram, root, setUp } from "./setup.mjs";

/** All that starts a controller, and nothing that needs Docker, a batch system or MPI. */
const all =
  "apps asyncresult client cluster dependency executor joblib label launcher lbview magics remotefunction view view_broadcast";
const tools = ["pytest==9.2.0", "pytest-asyncio==1.5.0", "pytest-timeout==2.4.0"];
const environment = join(root, ".cache", "ipyparallel-suite");
const isTheirs = process.argv.includes("--theirs");
const modules = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));

await setUp({ forTests: true });
// The tools do not belong in the environment of JupyterLab; beside it they see its packages.
if (!existsSync(environment)) {
  const argv = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", environment, ...tools];
  if (spawnSync(pythonProgram("python"), argv, { stdio: "inherit" }).status !== 0) process.exit(1);
}
let failed = 0;
for (const module of modules.length > 0 ? modules : all.split(" ")) if (!(await run(module))) failed++;
process.exitCode = failed > 0 ? 1 : 0;

async function run(module) {
  const controller = [process.execPath, "--max-semi-space-size=4", join(root, "dist", "controller", "main.js")];
  const argv = ["-m", "pytest", "-p", "our_controller", "-p", "no:cacheprovider", "-q", "--color=no", "--timeout=120"];
  const env = {
    ...process.env,
    PYTHONPATH: [environment, join(root, "test", "fixtures")].join(delimiter),
    // For `become_dask`.
    PATH: [dirname(pythonProgram("python")), process.env.PATH].join(delimiter),
    OUR_CONTROLLER: isTheirs ? "" : JSON.stringify(controller),
    NO_COLOR: "1",
  };
  const child = spawn(
    pythonProgram("python"),
    [...argv, "-o", "asyncio_mode=auto", "--pyargs", `ipyparallel.tests.test_${module}`],
    { cwd: join(root, ".cache"), env, stdio: ["ignore", "pipe", "pipe"] },
  );
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => output.push(chunk));
  const code = await new Promise((resolve) => child.once("close", resolve));
  const text = Buffer.concat(output).toString();
  const summary = text.match(/^=* ?(\d+ \w+(, \d+ \w+)* in [\d.]+s.*?) ?=*$/m)?.[1] ?? "no summary";
  console.log(`${module.padEnd(16)} ${summary}`);
  if (code !== 0) console.log(text);
  return code === 0;
}
