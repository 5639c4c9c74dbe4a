// Brings a checkout into a state in which it runs: packages, build, a private JupyterLab with kernel and panel.
// Each step leaves a stamp of what it was made from, so that a second run does only what has changed.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

export const root = join(import.meta.dirname, "..");
export const cache = join(root, ".cache");
export const python = join(cache, "python");
const isWindows = process.platform === "win32";
const sourceFolders =
  "canning cli client cluster controller engine install kernel labextension protocol runtime schema style transport";
const sourceFiles = "package.json package-lock.json tsconfig.json tsconfig.build.json tsconfig.labextension.json";

/** Path of a program in the private Python environment. */
export const pythonProgram = (name) => join(python, isWindows ? "Scripts" : "bin", isWindows ? `${name}.exe` : name);

/** @param {{ forTests?: boolean }} options `forTests` adds the peers that only tests need */
export async function setUp({ forTests = false } = {}) {
  requireNode();
  mkdirSync(cache, { recursive: true });
  await step(
    "Installing npm packages",
    "packages",
    ["package-lock.json"],
    [join(root, "node_modules", ".package-lock.json")],
    () => run("npm", ["install", "--no-save", "--no-fund", "--no-audit"]),
  );
  await step(
    "Building",
    "build",
    [...sourceFolders.split(" "), ...sourceFiles.split(" ")],
    [join(root, "dist", "panel")],
    () => run("npm", ["run", "build"]),
  );
  await step(
    "Making a private JupyterLab (a minute the first time)",
    "jupyterlab",
    ["scripts/requirements.txt"],
    [pythonProgram("jupyter-lab")],
    () => installPython("scripts/requirements.txt"),
  );
  if (forTests)
    await step(
      "Installing the Python peers of the tests",
      "peers",
      ["test/requirements.txt"],
      [pythonProgram("ipcontroller")],
      () => installPython("test/requirements.txt"),
    );
  await run(process.execPath, [join(root, "dist", "install", "main.js"), "install", "--prefix", python]);
}

/** Runs a step unless its stamp says that the same inputs made the same outputs before. */
async function step(title, name, inputs, outputs, action) {
  const stampFile = join(cache, `${name}.stamp`);
  const stamp = digest(inputs);
  if (outputs.every(existsSync) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return;
  console.log(`• ${title} …`);
  const start = performance.now();
  await action();
  writeFileSync(stampFile, stamp);
  console.log(`  done in ${((performance.now() - start) / 1000).toFixed(0)} s`);
}

function digest(inputs) {
  const hash = createHash("sha256");
  for (const input of inputs)
    for (const file of filesBelow(join(root, input))) hash.update(file.slice(root.length)).update(readFileSync(file));
  return hash.digest("hex");
}

function filesBelow(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .sort()
    .map((file) => join(path, file))
    .filter((file) => statSync(file).isFile());
}

async function installPython(requirements) {
  if (!existsSync(pythonProgram("python"))) await makeEnvironment();
  await run(pythonProgram("python"), [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "-r",
    join(root, requirements),
  ]);
}

async function makeEnvironment() {
  const candidates = isWindows ? ["py", "python"] : ["python3", "python"];
  for (const candidate of candidates) {
    const usable = await run(candidate, ["-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))"], {
      quiet: true,
    }).catch(() => false);
    if (usable !== false) return run(candidate, ["-m", "venv", python]);
  }
  throw new Error(
    "Python 3.10 or newer with its venv module is needed for JupyterLab. On Debian: apt-get install python3-venv",
  );
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    throw new Error(
      `Node ${process.versions.node} is too old: 20.19 or newer is needed (\`npx -p node@24 npm start\` brings one).`,
    );
}

/** Runs a command to its end; its output is shown only when it fails. */
function run(command, args, { quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, shell: isWindows, stdio: ["ignore", "pipe", "pipe"] });
    const output = [];
    child.stdout.on("data", (chunk) => output.push(chunk));
    child.stderr.on("data", (chunk) => output.push(chunk));
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) return resolve(undefined);
      if (!quiet) process.stderr.write(Buffer.concat(output));
      reject(new Error(`\`${command} ${args.join(" ")}\` ended with code ${code}.`));
    });
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  await setUp({ forTests: true }).catch((error) => {
    console.error(`Set-up failed: ${error.message}`);
    process.exitCode = 1;
  });
