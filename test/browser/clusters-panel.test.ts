import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type LabPage, TestBrowser } from "../support/browser.ts";
import { installPanelOnly, type Lab, startLab } from "../support/lab.ts";

let lab: Lab;
let browser: TestBrowser;

beforeAll(async () => {
  browser = await TestBrowser.launch();
  lab = await startLab({ settings: { "tsparallel:clusters": { engines: 2 } } });
});
afterAll(async () => {
  await browser[Symbol.asyncDispose]();
  await lab[Symbol.asyncDispose]();
});

async function openPanel(server: Lab = lab): Promise<LabPage> {
  const labPage = await browser.openLab(server);
  await labPage.command("tsparallel:show-clusters");
  return labPage;
}

/** The row of a cluster, in one of its states if that is given. */
function row({ page }: LabPage, id: string, state?: string): Locator {
  return page.locator(`.tsp-Cluster[data-id="${id}"]${state === undefined ? "" : `[data-state=${state}]`}`);
}

/** Waits until a cluster is in this state; if the row tells of a problem instead, that is the failure. */
async function becomes(labPage: LabPage, id: string, state: "running" | "stopped"): Promise<void> {
  const problem = row(labPage, id).locator(".tsp-Cluster-problem");
  await row(labPage, id, state).or(problem).first().waitFor();
  expect(await problem.allTextContents()).toEqual([]);
}

const enginesShown = (cluster: Locator) => cluster.locator(".tsp-Cluster-engines").textContent();

/** How many processes of clusters run: controllers, engines. */
const clusterProcesses = () => [lab.programs("controller").length, lab.programs("engine").length];

function killFirst(program: "engine" | "kernel"): number {
  const [pid] = lab.programs(program);
  if (pid === undefined) throw new Error(`No ${program} runs.`);
  process.kill(pid, "SIGKILL");
  return pid;
}

async function stop(labPage: LabPage, id: string): Promise<void> {
  await labPage.page.getByRole("button", { name: `Stop ${id}` }).click();
  await labPage.page.locator(".jp-Dialog").getByRole("button", { name: "Stop" }).click();
  await becomes(labPage, id, "stopped");
}

test("a person starts a cluster in the panel and stops it; other people's panels follow", async () => {
  await using panel = await openPanel();
  await using tab = await panel.anotherTab(lab);
  await tab.command("tsparallel:show-clusters");
  await using other = await openPanel();
  for (const each of [panel, tab, other]) await row(each, "default", "stopped").waitFor();
  expect(await panel.page.getByLabel("Engines to start for default").inputValue()).toBe("2");

  await panel.page.getByRole("button", { name: "Start default" }).click();
  await row(panel, "default", "starting").waitFor();
  expect(await row(panel, "default").getAttribute("aria-busy")).toBe("true");
  for (const each of [panel, tab, other]) {
    await becomes(each, "default", "running");
    expect(await enginesShown(row(each, "default"))).toBe("2 engines");
  }
  expect(clusterProcesses()).toEqual([1, 2]);

  await stop(panel, "default");
  expect(clusterProcesses()).toEqual([0, 0]);
  for (const each of [tab, other]) await row(each, "default", "stopped").waitFor();
  expect([...panel.errors, ...tab.errors, ...other.errors]).toEqual([]);
  expect(lab.programs("kernel")).toHaveLength(1);
});

test("an engine that is killed is missing in the count at once", async () => {
  await using panel = await openPanel();
  await panel.page.getByLabel("Engines to start for default").fill("3");
  await panel.page.keyboard.press("Enter");
  await becomes(panel, "default", "running");
  killFirst("engine");
  await row(panel, "default").getByText("2 engines").waitFor();
  await stop(panel, "default");
});

test("a start that fails says why in its row", async () => {
  mkdirSync(join(lab.ipythonDir, "profile_broken"));
  writeFileSync(join(lab.ipythonDir, "profile_broken", "log"), "a file where a folder should be");
  await using panel = await openPanel();
  await panel.page.getByRole("button", { name: "Start broken" }).click();
  const problem = row(panel, "broken", "error").getByRole("alert");
  expect(await problem.textContent()).toContain(join("profile_broken", "log"));
  expect(clusterProcesses()).toEqual([0, 0]);
});

test("a cluster outlives the kernel behind the panel, which comes back", async () => {
  await using panel = await openPanel();
  await panel.page.getByRole("button", { name: "Start default" }).click();
  await becomes(panel, "default", "running");

  const killed = killFirst("kernel");
  await vi.waitFor(() => expect(lab.programs("kernel").filter((pid) => pid !== killed)).toHaveLength(1), 20_000);
  await panel.page.locator(".tsp-Clusters-notice").waitFor({ state: "detached" });
  expect(await enginesShown(row(panel, "default", "running"))).toBe("2 engines");
  await stop(panel, "default");
  expect(clusterProcesses()).toEqual([0, 0]);
});

test("a reloaded page finds the same kernel again", async () => {
  await using panel = await openPanel();
  await row(panel, "default").waitFor();
  const before = lab.programs("kernel");
  await panel.reload();
  await panel.command("tsparallel:show-clusters");
  await row(panel, "default").waitFor();
  expect(lab.programs("kernel")).toEqual(before);
  expect(before).toHaveLength(1);
});

test("where the kernel is not installed, the panel says how to install it", async () => {
  // The environment that JupyterLab runs in has our kernel: this server is not to offer it.
  const args = ["--KernelSpecManager.allowed_kernelspecs=python3"];
  await using bare = await startLab({ install: installPanelOnly, args });
  await using panel = await openPanel(bare);
  const notice = panel.page.locator(".tsp-Clusters-notice[role=alert]");
  expect(await notice.textContent()).toContain("tsparallel install --user");
});
