import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Client } from "../../client/client.ts";
import { freePorts } from "../../transport/ssh/free-ports.ts";
import { type RunningController, startController, waitUntil } from "../support/ipcontroller.ts";
import { RunningEngine } from "../support/ipengine.ts";
import { KernelProcess } from "../support/kernel.ts";
import { pythonProgram } from "../support/python.ts";
import { hasSsh, passphrase, type SshServer, sshNeeds, startSshServer } from "../support/ssh-server.ts";

const library = join(import.meta.dirname, "..", "..", "dist", "client", "index.js");
const fixtures = join(import.meta.dirname, "..", "fixtures");

describe.skipIf(!hasSsh())(`SSH tunnels (${sshNeeds})`, () => {
  let server: SshServer;
  let controller: RunningController;
  let engine: RunningEngine;
  beforeAll(async () => {
    server = await startSshServer();
    controller = await startController();
    engine = await RunningEngine.start(controller);
  });
  afterAll(async () => {
    await engine?.[Symbol.asyncDispose]();
    await controller?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  /** A connection file as it was copied from another machine: 192.0.2.7 is nobody's (RFC 5737). */
  function copied(changes: object = {}): string {
    const file = join(controller.profileDir, "security", "copied.json");
    const connection = { ...controller.client, location: "192.0.2.7", ...changes };
    writeFileSync(file, JSON.stringify(connection), { mode: 0o600 });
    return file;
  }

  /** Why a connection does not come about. */
  async function refusal(options: Parameters<typeof Client.connect>[0], changes?: object): Promise<string> {
    return Client.connect({ file: copied(changes), ...options }).then(
      () => "connected",
      (error: Error) => `${error.name}: ${error.message}`,
    );
  }

  const noTunnels = () => waitUntil(() => server.tunnels().length === 0, AbortSignal.timeout(5000));

  test("a client works through one, which ends with it", async () => {
    const rc = await Client.connect({ file: copied(), sshServer: server.address, sshKey: server.key });
    expect(server.tunnels()).toHaveLength(1);
    expect(await rc.view(0).apply((x: number) => x + 1, 1)).toBe(2);
    expect(await rc.loadBalancedView().map((x) => x * 2, [1, 2])).toEqual([2, 4]);
    await rc.close();
    expect(server.tunnels()).toEqual([]);
  });

  test("the server of the connection file is taken where the controller is on another machine", async () => {
    const options = { sshKey: server.key };
    await using rc = await Client.connect({ file: copied({ ssh: server.address }), ...options });
    expect(rc.ids).toEqual([0]);
    expect(server.tunnels()).toHaveLength(1);
    await using near = await Client.connect({ file: copied({ ssh: server.address, location: hostname() }) });
    expect(near.ids).toEqual([0]);
    expect(server.tunnels()).toHaveLength(1);
  });

  test("a tunnel that breaks is opened again, and what is outstanding arrives", async () => {
    await using rc = await Client.connect({ file: copied(), sshServer: server.address, sshKey: server.key });
    const slow = rc
      .view(0)
      .apply(async (ms: number) => new Promise((resolve) => setTimeout(resolve, ms, "done")), 1000);
    await expect.poll(async () => (await rc.queueStatus()).engines[0]?.queue).toBe(1);
    const [tunnel] = server.tunnels();
    expect(tunnel).toBeDefined();
    process.kill(tunnel ?? 0, "SIGKILL");
    expect(await slow.get({ timeoutMs: 10_000 })).toBe("done");
    expect(await rc.view(0).apply((x: number) => x, 3)).toBe(3);
    expect(server.tunnels()).toHaveLength(1);
    expect(server.tunnels()).not.toContain(tunnel);
  });

  test("a tunnel that cannot be opened again is named when its controller is given up", async () => {
    const gate = await startSshServer();
    const options = { file: copied(), sshServer: gate.address, sshKey: gate.key, reconnectTimeoutMs: 1000 };
    await using rc = await Client.connect(options);
    const slow = rc.view(0).apply(async (ms: number) => new Promise((resolve) => setTimeout(resolve, ms)), 3000);
    await gate[Symbol.asyncDispose]();
    await expect(slow.get()).rejects.toThrow(
      /the connection to the controller broke, and was not back after 1 s: No SSH tunnel through/,
    );
    expect(gate.tunnels()).toEqual([]);
  });

  test("a client that is killed takes its tunnel along", async () => {
    const options = { file: copied(), sshServer: server.address, sshKey: server.key };
    const program = runProgram(
      `const rc = await Client.connect(${JSON.stringify(options)}); console.log(rc.ids.length);`,
    );
    await once(program.stdout ?? program, "data");
    expect(server.tunnels()).toHaveLength(1);
    program.kill("SIGKILL");
    await noTunnels();
  });

  test("ipyparallel's client, too, goes through the server that our controller's file names", async () => {
    // One of its own: ipyparallel's tunnels outlive its clients by a minute.
    await using gate = await startSshServer();
    await using own = await startController(`--ssh=${gate.address}`, "--location=192.0.2.7");
    await using _engine = await RunningEngine.start(own);
    const args = [join(fixtures, "python_ssh.py"), own.paths.clientFile, gate.key];
    const { stdout } = await promisify(execFile)(pythonProgram("python"), args);
    expect(stdout).toBe("True [0] 0\n");
    await using rc = await Client.connect({ profileDir: own.profileDir, sshKey: gate.key });
    expect(rc.ids).toEqual([0]);
  });

  test("the controller of a tunnel that ends is missed as any other is", async () => {
    await using own = await startController();
    const options = { connectionInfo: own.client, sshServer: server.address, sshKey: server.key };
    await using rc = await Client.connect({ ...options, reconnectTimeoutMs: 200 });
    own.process.kill("SIGKILL");
    await expect.poll(() => rc.isOpen).toBe(false);
  });

  describe("what goes wrong is named, with the next step", () => {
    test("a key that the server does not take", async () => {
      expect(await refusal({ sshServer: server.address, sshKey: server.strangeKey })).toMatch(
        /^ConnectError: No SSH tunnel through \S+: it refuses the key \S+strange \(it takes: publickey\)\. Try `ssh /,
      );
    });

    test("a key that is not there", async () => {
      expect(await refusal({ sshServer: server.address, sshKey: "/nowhere/id" })).toMatch(
        /the key \/nowhere\/id cannot be read \(No such file or directory\)/,
      );
    });

    test("a server that nobody knows, or where nobody listens", async () => {
      expect(await refusal({ sshServer: "nobody.invalid" })).toMatch(/there is no machine of the name nobody\.invalid/);
      const [port] = await freePorts(1);
      expect(await refusal({ sshServer: `127.0.0.1:${port}` })).toMatch(
        `no SSH server answers at 127.0.0.1:${port} (Connection refused)`,
      );
    });

    test("a server whose key is not known", async () => {
      await using stranger = await startSshServer({ isKnown: false });
      expect(await refusal({ sshServer: stranger.address, sshKey: stranger.key })).toMatch(
        /ssh does not know the server's key: run `ssh \S+` once in a terminal/,
      );
    });

    test("a server that forbids forwarding", async () => {
      await using strict = await startSshServer({ forwards: false });
      expect(await refusal({ sshServer: strict.address, sshKey: strict.key })).toMatch(
        /No controller answers at 127\.0\.0\.1:\d+ through the SSH server \S+: the SSH server \S+ forbids forwarding/,
      );
      expect(strict.tunnels()).toEqual([]);
    });

    test("a controller that is not there, seen from the server", async () => {
      const [registration] = await freePorts(1);
      const options = { sshServer: server.address, sshKey: server.key };
      expect(await refusal(options, { registration })).toMatch(
        /nobody listens there \(Connection refused\)\. If it has/,
      );
      expect(server.tunnels()).toEqual([]);
    });

    test("a machine without ssh", async () => {
      const path = process.env["PATH"];
      process.env["PATH"] = "/nowhere";
      try {
        expect(await refusal({ sshServer: server.address })).toMatch(/There is no program `ssh` here/);
      } finally {
        process.env["PATH"] = path;
      }
    });

    test("a controller on the loopback interface of another machine, without a tunnel", async () => {
      const [registration] = await freePorts(1);
      expect(await refusal({}, { registration })).toMatch(
        'The controller runs on 192.0.2.7 and listens only there: connect with `sshServer: "192.0.2.7"`',
      );
    });

    test("a password that the server refuses, and nobody to ask for another", async () => {
      await using asking = await startSshServer({ passwords: true });
      expect(await refusal({ sshServer: asking.address, sshPassword: "wrong" })).toMatch(
        /ssh asks "\S+ password:", and there is no answer: the server refuses `sshPassword`/,
      );
    });

    test("an end of the waiting", async () => {
      const stopped = AbortSignal.abort(new Error("stopped"));
      expect(await refusal({ sshServer: server.address, sshKey: server.key, signal: stopped })).toBe("Error: stopped");
      await noTunnels();
    });
  });

  describe("when no key works, the user is asked", () => {
    test("below the cell of a notebook, without showing the answer, unless nobody sits there", async () => {
      await using kernel = await KernelProcess.start();
      const asked: object[] = [];
      kernel.onInput = (content) => {
        asked.push(content);
        return asked.length === 1 ? "wrong" : passphrase;
      };
      const options = { file: copied(), sshServer: server.address, sshKey: server.lockedKey };
      const connect = `
        import { Client } from "tsparallel";
        const rc = await Client.connect(${JSON.stringify(options)});
        console.log(rc.ids);
        await rc.close();`;
      const { published } = await kernel.execute(connect);
      expect(published.find(({ header }) => header.msg_type === "stream")?.content["text"]).toBe("[ 0 ]\n");
      expect(asked).toHaveLength(2);
      expect(asked[0]).toEqual({ prompt: `Enter passphrase for key '${server.lockedKey}': `, password: true });
      const { reply } = await kernel.execute(connect, { allow_stdin: false });
      expect(reply.content["evalue"]).toMatch(
        /ssh asks "Enter passphrase .*", and there is no answer: .*without asking the user/,
      );
    });

    test("on a terminal, where Ctrl-C ends the asking", async () => {
      const options = { file: copied(), sshServer: server.address, sshKey: server.lockedKey };
      const code = `try {
        const rc = await Client.connect(${JSON.stringify(options)});
        console.log("ids", rc.ids);
        await rc.close();
      } catch (error) {
        console.log(error.message);
      }`;
      expect(await onTerminal(code, passphrase)).toMatch(/Enter passphrase for key .*\r\nids \[ 0 \]/s);
      expect(await onTerminal(code, "\x03")).toMatch(/there is no answer: Aborted with Ctrl\+C/);
    });
  });
});

/** How to run a Node program that uses the built library. */
const argsOf = (code: string) => [
  "--input-type=module",
  "-e",
  `import { Client } from ${JSON.stringify(library)}; ${code}`,
];

function runProgram(code: string): ChildProcess {
  return spawn(process.execPath, argsOf(code), { stdio: ["ignore", "pipe", "inherit"] });
}

/** Types an answer to the first passphrase that a program asks for on its terminal. @returns all that is seen there */
async function onTerminal(code: string, answer: string): Promise<string> {
  const script = join(fixtures, "on_terminal.py");
  const args = [script, answer, process.execPath, ...argsOf(code)];
  return (await promisify(execFile)(pythonProgram("python"), args)).stdout;
}
