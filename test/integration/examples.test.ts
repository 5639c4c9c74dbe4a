import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../cli/package-root.ts";
import type { NotebookCell } from "../support/browser.ts";
import { cellsOf, executeNotebooks } from "../support/execute-notebooks.ts";
import { JupyterPath } from "../support/kernelspec.ts";
import { checkPrograms } from "../support/manual/typescript-programs.ts";
import { bundles, errors, streamText } from "../support/notebook.ts";
import { RunningCluster } from "../support/running-cluster.ts";

const folder = join(packageRoot, "examples");
const notebooks = readdirSync(folder).filter((file) => file.endsWith(".ipynb"));
const page = readFileSync(join(packageRoot, "docs", "examples.md"), "utf8");

let executed: ReadonlyMap<string, readonly NotebookCell[]>;
beforeAll(async () => {
  await using cluster = await RunningCluster.start({ engines: 4 });
  using jupyter = new JupyterPath();
  const env = { ...jupyter.env, IPYTHONDIR: cluster.folder.path };
  executed = await executeNotebooks(
    notebooks.map((file) => join(folder, file)),
    { env, outputFolder: join(jupyter.path, "executed") },
  );
}, 300_000);

const cells = (notebook: string): readonly NotebookCell[] => executed.get(`${notebook}.ipynb`) ?? [];
const printed = (notebook: string): string =>
  cells(notebook)
    .map((cell) => streamText(cell))
    .join("");
const values = (notebook: string): unknown[] =>
  cells(notebook)
    .flatMap(bundles)
    .map((bundle) => bundle["text/plain"]);
const pictures = (notebook: string): string[] =>
  cells(notebook)
    .flatMap(bundles)
    .flatMap((bundle) => bundle["image/svg+xml"] ?? [])
    .map(String);

/** The numbers that each match of a pattern holds. */
const numbers = (text: string, pattern: RegExp): number[][] =>
  [...text.matchAll(pattern)].map(([, ...found]) => found.map(Number));
const count = (text: string, part: string): number => text.split(part).length - 1;

describe.each(notebooks)("%s", (file) => {
  test("runs from top to bottom", () => {
    expect(errors(executed.get(file) ?? [])).toEqual([]);
    expect(
      executed
        .get(file)
        ?.map((cell) => streamText(cell, "stderr"))
        .join(""),
    ).toBe("");
  });

  test("is kept without outputs, and has a line on the page of examples", () => {
    const kept = cellsOf(join(folder, file));
    expect(kept.flatMap(({ outputs = [] }) => outputs)).toEqual([]);
    expect(kept.filter(({ execution_count }) => execution_count !== null)).toEqual([]);
    expect(page).toContain(`(../examples/${file})`);
  });
});

test("the pictures of the page of examples are there", () => {
  const images = [...page.matchAll(/\((images\/[^)]+)\)/g)].map(([, image = ""]) => image);
  expect(images.length).toBeGreaterThan(3);
  expect(images.filter((image) => !existsSync(join(packageRoot, "docs", image)))).toEqual([]);
});

test("the modules that the notebooks import compile", async () => {
  const programs = ["communicator", "draw"].map((name) => ({
    name,
    code: readFileSync(join(folder, `${name}.ts`), "utf8"),
  }));
  expect(await checkPrograms(programs)).toBe("");
});

describe("option prices", () => {
  const [strikes, volatilities] = [7, 5];
  /** By volatility and strike. */
  const calls = (): number[][] => {
    const cells = numbers(pictures("option-prices")[0] ?? "", /fill="(?:black|white)">([\d.]+)</g).flat();
    return Array.from({ length: volatilities }, (_, row) => cells.slice(row * strikes, (row + 1) * strikes));
  };

  test("a call is worth less the higher the strike, and more the less steady the share", () => {
    const table = calls();
    expect(table.map((row) => row.length)).toEqual([7, 7, 7, 7, 7]);
    for (const row of table) expect(row).toEqual(row.toSorted((a, b) => b - a));
    const atTheMoney = table.map((row) => row[3] ?? 0);
    expect(atTheMoney).toEqual(atTheMoney.toSorted((a, b) => a - b));
  });

  test("the means are near the exact values, and the same every time", () => {
    expect(printed("option-prices")).toContain("typical error 0.22, largest 0.52");
    expect(calls()[2]?.[3]).toBeCloseTo(10.45, 0);
  });

  test("four landscapes are drawn", () => {
    expect(count(pictures("option-prices")[1] ?? "", "<polygon")).toBe(4 * (1 + (strikes - 1) * (volatilities - 1)));
  });
});

describe("a graph of tasks", () => {
  test("a failure takes along what comes after it, and nothing else", () => {
    const [good, bad, never] = ["ok", "Error", "ImpossibleDependency"];
    expect(printed("task-graph").trim().split("\n")).toEqual([
      "[ 0, 1, 2, 3, 4 ]",
      `0 fails: ${[bad, never, never, never, never].join(", ")}`,
      `1 fails: ${[good, bad, good, never, never].join(", ")}`,
      `2 fails: ${[good, good, bad, never, good].join(", ")}`,
      `3 fails: ${[good, good, good, bad, good].join(", ")}`,
      `4 fails: ${[good, good, good, good, bad].join(", ")}`,
    ]);
  });

  test("they end in an order that the arrows allow", () => {
    const [order = []] = values("task-graph").flatMap((text) =>
      numbers(String(text), /^\[ (\d), (\d), (\d), (\d), (\d) \]$/g),
    );
    expect(order).toHaveLength(5);
    for (const [before, after] of [
      [0, 1],
      [0, 2],
      [1, 3],
      [2, 3],
      [1, 4],
    ] as const)
      expect(order.indexOf(before)).toBeLessThan(order.indexOf(after));
  });

  test("the pictures say the same", () => {
    const [plain = "", endings = ""] = pictures("task-graph");
    expect([count(plain, "<circle"), count(endings, "<circle")]).toEqual([5, 30]);
    const coloured = ["seagreen", "crimson", "darkgrey"].map((colour) => count(endings, `fill="${colour}"`));
    expect(coloured).toEqual([18, 5, 7]);
  });
});

describe("a random graph", () => {
  test("every task starts after those before it", () => {
    expect(printed("random-graph")).toMatch(/^32 tasks, 128 arrows/);
    expect(printed("random-graph")).toContain("32 tasks succeeded\n128 arrows checked, 0 are wrong\n");
  });

  test("in the picture all arrows point to the right", () => {
    const [picture = ""] = pictures("random-graph");
    const arrows = numbers(picture, /<path d="M([\d.]+) [\d.]+L([\d.]+) [\d.]+" stroke="#999"/g);
    expect(arrows).toHaveLength(128);
    // Arrows go from rim to rim of dots of 10 pixels, which may lie over each other.
    expect(arrows.filter(([from = 0, to = 0]) => to < from - 21)).toEqual([]);
    for (const engine of [0, 1, 2, 3]) expect(picture).toContain(`>engine ${engine}<`);
  });
});

describe("results by id", () => {
  const lengths = Array.from({ length: 12 }, (_, i) => 20 * (((5 * i) % 12) + 1));

  test("each part is handled once, with its metadata", () => {
    const parts = numbers(
      printed("results-by-id"),
      /^task (\d) on engine [0-3] gave ([\d.]+) and ([\d.]+) in \d+ ms: napping (\d+) ms, then napping (\d+) ms$/gm,
    );
    const inOrder = parts.toSorted(([a = 0], [b = 0]) => a - b);
    expect(inOrder).toEqual(
      [0, 1, 2, 3, 4, 5].map((task) => {
        const [first = 0, second = 0] = lengths.slice(2 * task);
        return [task, first / 1000, second / 1000, first, second];
      }),
    );
    expect(printed("results-by-id")).toContain("1.56 s of naps");
  });

  test("the loop handles each part once as well", () => {
    const order = String(values("results-by-id").at(-1)).replaceAll("'", "").split(" ").map(Number);
    expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => (i + 1) / 50));
  });
});

describe("reading a map while it runs", () => {
  test("parts of a call come in the order of the engines", () => {
    const tenths = numbers(printed("iterating-maps"), /^(\d) tenths: after \d+ ms$/gm).flat();
    expect(tenths).toEqual([0, 1, 2, 3]);
  });

  test("a map is read in order, or as its parts are done", () => {
    expect(printed("iterating-maps")).toContain("in order: true, without order: false");
    expect(values("iterating-maps").at(-1)).toBe("[ 5, 25, [ 4, 9 ] ]");
    const naps = 4 * 40;
    const keys = 4 * 4;
    expect(count(pictures("iterating-maps")[0] ?? "", "<circle")).toBe(naps + keys);
  });
});

test("root mean square: the manual's number, here and on the engines", () => {
  expect(values("rms").map((value) => Number(value).toFixed(10))).toEqual(Array(4).fill("58.0288457474"));
});

describe("engines that talk to each other", () => {
  test("each listens on a port of its own", () => {
    const ports = numbers(printed("engine-to-engine"), /^\[stdout:\d\] rank \d of 4 listens on port (\d+)$/gm).flat();
    expect(new Set(ports).size).toBe(4);
  });

  test("a ring tells all of all, and an exchange transposes a matrix", () => {
    expect(printed("engine-to-engine")).toContain("All engines know all 4 process ids.");
    const [ring = "", matrix = ""] = pictures("engine-to-engine");
    expect(count(ring, "<circle")).toBe(4);
    const cells = numbers(matrix, /fill="(?:black|white)">(\d+)</g).flat();
    expect(cells).toEqual([0, 10, 20, 30, 1, 11, 21, 31, 2, 12, 22, 32, 3, 13, 23, 33]);
  });

  test("what the direct way saves is told", () => {
    expect(printed("engine-to-engine")).toMatch(/directly \d+ ms, by way of the notebook \d+ ms/);
  });
});

describe("a wave", () => {
  test("on the engines it is the same as here, to the last bit", () => {
    expect(printed("wave-equation")).toMatch(/^0 of 929292 heights differ$/m);
  });

  test("four moments of it are drawn, and they differ", () => {
    const [picture = ""] = pictures("wave-equation");
    const moments = picture.split("step ").slice(0, 4);
    expect(count(picture, "<polygon")).toBe(4 * (1 + 30 * 30));
    expect(new Set(moments).size).toBe(4);
  });
});

test("psum: every engine knows the total, and a million numbers get mean 0 and variance 1", () => {
  expect(values("psum").at(-1)).toBe("[ 120, 120, 120, 120 ]");
  expect(printed("psum")).toContain("mean 0.000000, variance 1.000000");
});

test("digits of pi: two algorithms agree, and digits and pairs are counted and drawn", () => {
  expect(printed("pi-digits")).toContain(
    "Both algorithms give the same 1,000,000 decimals; the last ten are 5779458151.",
  );
  expect(printed("pi-digits")).toMatch(/speed-up \d+\.\d\d on \d+ processors/);
  expect(printed("pi-digits")).toContain("999,999 pairs");
  const [digits = "", pairs = ""] = pictures("pi-digits");
  // White grounds are rectangles, too.
  expect([count(digits, "<rect"), count(pairs, "<rect")]).toEqual([1 + 10, 1 + 100]);
  expect(digits).toContain(">968<");
});
