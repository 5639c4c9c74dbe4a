import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Client } from "../../client/client.ts";
import { type RunningController, startController } from "../support/ipcontroller.ts";
import { RunningEngine } from "../support/ipengine.ts";
import { hasSsh, type SshServer, sshNeeds, startSshServer } from "../support/ssh-server.ts";

/** A connection file of another machine, as it was copied here. */
function copyOf(controller: RunningController, changes: object): string {
  const file = join(controller.profileDir, "security", "copied.json");
  writeFileSync(file, JSON.stringify({ ...controller.client, ...changes }), { mode: 0o600 });
  return file;
}

const away = { location: "192.0.2.7" };

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

  test("a client works through one, which ends with it", async () => {
    const file = copyOf(controller, away);
    const rc = await Client.connect({ file, sshServer: server.address, sshKey: server.key });
    expect(server.tunnels()).toHaveLength(1);
    await rc.waitForEngines(1);
    expect(await rc.view(0).apply((x: number) => x + 1, 1)).toBe(2);
    expect(await rc.loadBalancedView().map((x) => x * 2, [1, 2])).toEqual([2, 4]);
    await rc.close();
    expect(server.tunnels()).toEqual([]);
  });
});
