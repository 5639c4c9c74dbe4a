import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { packageRoot } from "../../cli/package-root.ts";

const run = promisify(execFile);
const sources = join(packageRoot, "test", "support", "services", "mongo");
const built = join(packageRoot, ".cache", "mongo-wire-server");

/** The command that installs what the server needs. */
export const mongoNeeds = "apt-get install default-jdk-headless maven";

/** Whether the server can run here; in CI it must. */
export function hasMongo(): boolean {
  return process.env["CI"] === "true" || ["javac", "mvn"].every((name) => canRun(name));
}

function canRun(name: string): boolean {
  try {
    execFileSync(name, ["-version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** A server that the official driver cannot tell from MongoDB 5, in memory, without transactions. */
export interface MongoServer extends AsyncDisposable {
  readonly url: string;
}

/** Builds the server the first time, which takes Maven up to a minute. */
export async function startMongo(): Promise<MongoServer> {
  await build();
  const classes = [built, join(built, "lib", "*")].join(":");
  const server = spawn("java", ["-Xmx1g", "-cp", classes, "MongoWireServer"], { stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(server, "exit");
  const [line] = (await Promise.race([once(server.stdout, "data"), exited])) as [unknown];
  const port = Number(String(line));
  if (!(port > 0)) throw new Error(`The MongoDB server of ${sources} did not start.`);
  return {
    url: `mongodb://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: async () => {
      server.stdin.end();
      await exited;
    },
  };
}

/** Made beside its place and then moved there: it is whole or not there. */
async function build(): Promise<void> {
  if (existsSync(built)) return;
  const place = `${built}-${process.pid}`;
  mkdirSync(place, { recursive: true });
  cpSync(sources, place, { recursive: true });
  try {
    await run("mvn", ["-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib"], { cwd: place });
    await run("javac", ["-cp", join("lib", "*"), "MongoWireServer.java"], { cwd: place });
    renameSync(place, built);
  } catch (cause) {
    // Another test file was quicker.
    if (existsSync(built)) return;
    throw new Error(`The MongoDB server for tests cannot be built: ${mongoNeeds}`, { cause });
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
