import { join } from "node:path";
import { expect, test } from "vitest";
import { Client } from "../../client/client.ts";
import { TaskAborted } from "../../client/errors/failures.ts";
import { RemoteError } from "../../client/errors/remote-error.ts";
import { type ControllerKind, ControllerProcess } from "../support/controller-process.ts";
import { RunningEngine } from "../support/ipengine.ts";
import { makeIpythonFolder } from "../support/ipython-folder.ts";

const kinds: readonly ControllerKind[] = ["ours", "python"];

test("tasks that no engine has got end at once when they are aborted, with engines and without", async () => {
  await using folder = await makeIpythonFolder();
  const profileDir = join(folder.path, "profile_default");
  await using _controller = await ControllerProcess.start(profileDir);
  await using rc = await Client.connect({ profileDir });
  const lonely = rc.loadBalancedView().apply(() => 1);
  await rc.abort(lonely);
  await expect(lonely).rejects.toThrow(TaskAborted);
  await expect(rc.dbQuery({ msgId: lonely.msgIds[0] ?? "" }, "completed")).resolves.toMatchObject([
    { completed: expect.any(Date) as Date },
  ]);

  await using _engine = await RunningEngine.start({ profileDir });
  await rc.waitForEngines(1, { timeoutMs: 10_000 });
  const running = rc.loadBalancedView().apply(() => new Promise((resolve) => setTimeout(() => resolve("ran"), 1500)));
  const queued = Array.from({ length: 20 }, (_, i) => rc.loadBalancedView().apply((x) => x, i));
  await expect.poll(() => rc.load()).toEqual({ 0: 1 });
  await rc.abort(queued);
  await Promise.allSettled(queued);
  expect([running.ready, queued.map(({ metadata }) => metadata.status)]).toEqual([false, Array(20).fill("aborted")]);
  expect(await running).toBe("ran");
});

test.each(kinds)(
  "%s: records of all clients are listed, queried, fetched, submitted again and purged",
  async (kind) => {
    await using folder = await makeIpythonFolder();
    const profileDir = join(folder.path, "profile_default");
    await using _controller = await ControllerProcess.start(profileDir, [], kind);
    await using _first = await RunningEngine.start({ profileDir });
    await using _second = await RunningEngine.start({ profileDir });

    const asked: string[] = [];
    {
      await using sender = await Client.connect({ profileDir });
      await sender.waitForEngines(2, { timeoutMs: 10_000 });
      const balanced = sender.loadBalancedView().withFlags({ label: "balanced" });
      for (let i = 0; i < 5; i++) {
        const result = balanced.apply((x) => new Map([["square", x * x]]), i);
        await result;
        asked.push(...result.msgIds);
      }
      const cell = sender.view(0).execute("console.log('hello'); 6 * 7");
      const failed = sender.view(1).apply(() => {
        throw new TypeError("not today");
      });
      await Promise.allSettled([cell, failed]);
      asked.push(...cell.msgIds, ...failed.msgIds);
    }

    await using rc = await Client.connect({ profileDir });
    expect(await rc.hubHistory()).toEqual(asked);
    expect(await rc.resultStatus(asked)).toEqual({ pending: [], completed: [...asked].sort() });
    await expect(rc.resultStatus("nope")).rejects.toMatchObject({ ename: "KeyError" });

    const rows = await rc.dbQuery({ msgId: { $in: asked } }, ["submitted", "label", "engineUuid", "resultBuffers"]);
    expect(rows.map(({ label }) => label)).toEqual([...Array<string>(5).fill("balanced"), null, null]);
    expect(rows.every(({ resultBuffers }, i) => resultBuffers.length === (i < 5 ? 1 : 0))).toBe(true);
    const middle = rows[3]?.submitted;
    if (!middle) throw new Error("It was submitted.");
    const [before, after] = [
      await rc.dbQuery({ submitted: { $lt: middle } }, "completed"),
      await rc.dbQuery({ submitted: { $gte: middle } }, "completed"),
    ];
    expect([before.length, after.length]).toEqual([3, asked.length - 3]);
    await expect(rc.dbQuery({ stdout: "hello\n" })).resolves.toMatchObject([{ msgId: asked[5], queue: "mux" }]);

    const squares = rc.getResult<Map<string, number>>(asked.slice(0, 5));
    expect((await squares).map((map) => map.get("square"))).toEqual([0, 1, 4, 9, 16]);
    expect(squares.metadata.map(({ label }) => label)).toEqual(Array(5).fill("balanced"));
    const cell = rc.getResult<{ text: string }>(asked[5] ?? "");
    expect([(await cell).text, cell.stdout, cell.engineId]).toEqual(["42", "hello\n", 0]);
    await expect(rc.getResult(asked[6] ?? "")).rejects.toThrow("[1:apply]: TypeError: not today");

    const again = rc.resubmit<Map<string, number>>(asked[2] ?? "");
    expect((await again).get("square")).toBe(4);
    const [row] = await rc.dbQuery({ msgId: asked[2] ?? "" }, "resubmitted");
    expect([row?.resubmitted]).toEqual(again.msgIds);
    const slow = rc.loadBalancedView().apply(() => new Promise((resolve) => setTimeout(resolve, 1000)));
    await expect(rc.resubmit(slow)).rejects.toThrow("has not ended yet");
    await rc.purgeHubResults(asked.slice(0, 2));
    await rc.purgeHubResults({ targets: 1 });
    expect((await rc.hubHistory()).filter((id) => asked.slice(0, 2).includes(id))).toEqual([]);
    await slow;
    // Python's hub may hear of a reply after the client.
    await expect.poll(() => rc.resultStatus(slow)).toEqual({ pending: [], completed: slow.msgIds });
    await rc.purgeHubResults("all");
    expect(await rc.hubHistory()).toEqual([]);
    await expect(rc.getResult(asked[3] ?? "")).rejects.toThrow(RemoteError);
  },
);
