import { join } from "node:path";
import type { Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type LabPage, TestBrowser } from "../support/browser.ts";
import { type Lab, startLab } from "../support/lab.ts";
import { bundles, errors, streamText, writeNotebook } from "../support/notebook.ts";

/** `UPDATE_PICTURES=1 npm test` renews the pictures of the docs. */
const folder = process.env["UPDATE_PICTURES"] ? "docs" : ".cache";
const images = join(import.meta.dirname, "..", "..", folder, "images");
let lab: Lab;
let browser: TestBrowser;
let page: LabPage;

beforeAll(async () => {
  const settings = {
    "tsparallel:clusters": { engines: 4 },
    // Every cell stays in the page, so that pictures can be taken of any.
    "@jupyterlab/notebook-extension:tracker": { windowingMode: "none" },
  };
  lab = await startLab({ files: ["examples/pi-digits.ipynb"], settings });
  browser = await TestBrowser.launch();
  page = await browser.openLab(lab, { width: 1400, height: 1000 });
});

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await lab?.[Symbol.asyncDispose]();
});

const cluster = (state: string): Locator => page.page.locator(`.tsp-Cluster[data-state="${state}"]`);

/** How many processes of clusters run: controllers, engines. */
const clusterProcesses = () => [lab.programs("controller").length, lab.programs("engine").length];

async function startCluster(): Promise<void> {
  await cluster("stopped").getByRole("button", { name: "Start" }).click();
  await cluster("running").getByText("4 engines").waitFor({ timeout: 30_000 });
}

/** What a person sees with this cell at the top of the window. */
async function takePicture(name: string, cell: number): Promise<void> {
  await page.scrollToCell(cell);
  await page.screenshot(join(images, name));
}

test("the example notebook runs from top to bottom on a cluster that the panel started", async () => {
  await page.command("tsparallel:show-clusters");
  await startCluster();
  await page.openNotebook("examples/pi-digits.ipynb");
  await page.runAllCells();
  const cells = await page.cells();
  const printed = cells.map((cell) => streamText(cell)).join("\n");

  expect(errors(cells)).toEqual([]);
  for (const engine of [0, 1, 2, 3]) expect(printed).toMatch(new RegExp(`\\[stdout:${engine}\\] process \\d+ on `));
  expect(cells.flatMap(bundles).filter((bundle) => String(bundle["text/plain"]).includes("42"))).toHaveLength(4);
  expect(printed).toContain("3.14159265358979323846264338327950288419716939937510…");
  expect(printed).toContain("Both algorithms give the same 1,000,000 decimals; the last ten are 5779458151.");
  expect(printed).toMatch(/speed-up \d+\.\d\d on \d+ processors/);
  expect(printed).toContain("999,999 pairs");
  expect(cells.flatMap(bundles).filter((bundle) => "image/svg+xml" in bundle)).toHaveLength(6);

  await takePicture("notebook.png", 1);
  await takePicture("pairs-of-digits.png", 16);
  await takePicture("engine-plots.png", 18);
});

test("Stop ends every process of the cluster; after Start the notebook connects again", async () => {
  expect(clusterProcesses()).toEqual([1, 4]);
  await cluster("running").getByRole("button", { name: "Stop" }).click();
  await page.page.locator(".jp-Dialog").getByRole("button", { name: "Stop" }).click();
  await cluster("stopped").waitFor({ timeout: 30_000 });
  expect(clusterProcesses()).toEqual([0, 0]);

  await startCluster();
  writeNotebook(join(lab.root, "again.ipynb"), [
    'import { Client } from "tsparallel";\nconst rc = await Client.connect();\nrc.ids',
    "%px 6 * 7",
  ]);
  await page.openNotebook("again.ipynb");
  await page.runAllCells();
  const cells = await page.cells();
  expect(errors(cells)).toEqual([]);
  expect(bundles(cells[0])).toEqual([{ "text/plain": "[ 0, 1, 2, 3 ]" }]);
});

const endless = ["while (true) {}", "await null; while (true) {}"];
for (const code of [...endless, ...endless.map((loop) => `%%px\n${loop}`)])
  test(`the stop button ends ${JSON.stringify(code)}, and variables are still there`, async () => {
    writeNotebook(join(lab.root, "loop.ipynb"), [
      'import { Client } from "tsparallel";\nconst rc = await Client.connect();\nlet kept = "kernel";',
      '%px let kept = "engine"',
      code,
      "kept",
      "%px kept",
    ]);
    await page.openNotebook("loop.ipynb");
    for (const cell of [0, 1]) await page.runCell(cell);
    const endlessCell = page.runCell(2);
    await page.untilBusy(2);
    await page.command("notebook:interrupt-kernel");
    await endlessCell;
    for (const cell of [3, 4]) await page.runCell(cell);
    const cells = await page.cells();
    await page.closeNotebook();

    expect(errors(cells.slice(2, 3)).join("\n")).toContain("KeyboardInterrupt");
    expect(bundles(cells[3])).toEqual([{ "text/plain": "'kernel'" }]);
    const onEngines = bundles(cells[4]).map((bundle) => String(bundle["text/plain"]));
    expect(onEngines.filter((text) => text.includes("'engine'"))).toHaveLength(4);
  });
