import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";

const start = join(import.meta.dirname, "..", "..", "scripts", "start.mjs");

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address ? address.port : 0;
}

test("npm start serves JupyterLab beside a cluster, and Ctrl-C ends both", { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "start-"));
  const port = await freePort();
  const child = spawn(process.execPath, [start, "--no-browser", "--port", String(port)], {
    env: { ...process.env, IPYTHONDIR: folder, JUPYTER_RUNTIME_DIR: join(folder, "runtime") },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = once(child, "close") as Promise<[number]>;
  const lines: string[] = [];
  let kernels: unknown;
  let notebook: unknown;
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    const address = /serving: (http\S+)\/lab\/tree\/(\S+)\?token=(\w+)/.exec(line);
    if (!address) continue;
    const [, server, path, token] = address;
    const ask = async (what: string) => {
      const response = await fetch(`${server}/api/${what}?token=${token}`);
      return response.ok ? response.json() : response.text();
    };
    [kernels, notebook] = await Promise.all([ask("kernelspecs"), ask(`contents/${path}`)]).finally(() =>
      child.kill("SIGINT"),
    );
  }
  const [code] = await closed;
  rmSync(folder, { recursive: true, force: true });

  expect(notebook).toMatchObject({ type: "notebook", path: "examples/pi-digits.ipynb" });
  expect(kernels).toMatchObject({ kernelspecs: { tsparallel: { spec: { display_name: "TypeScript (parallel)" } } } });
  expect(lines.at(-1)).toBe("Nothing keeps running.");
  expect(code).toBe(0);
});

test("an unknown option of npm start is refused with the list of options", async () => {
  const child = spawn(process.execPath, [start, "--ports", "1"], { stdio: ["ignore", "ignore", "pipe"] });
  const closed = once(child, "close") as Promise<[number]>;
  let message = "";
  for await (const chunk of child.stderr) message += String(chunk);
  const [code] = await closed;

  expect(message).toContain("--ports");
  expect(message).toContain("--no-browser");
  expect(code).toBe(2);
});
