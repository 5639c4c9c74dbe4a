import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { JsonObject } from "../../protocol/json.ts";
import { type Exchange, KernelProcess, resultText, streamText, typesOf } from "../support/kernel.ts";
import { killProcess } from "../support/kill-process.ts";
import { RunningCluster } from "../support/running-cluster.ts";

let cluster: RunningCluster;
let kernel: KernelProcess;
beforeAll(async () => {
  cluster = await RunningCluster.start({ engines: 3 });
  kernel = await KernelProcess.start({ env: { IPYTHONDIR: cluster.folder.path } });
  await kernel.execute('import { Client } from "tsparallel"; const rc = await Client.connect();');
});
afterAll(async () => {
  await kernel?.[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
});

const run = (code: string) => kernel.execute(code, { stop_on_error: false });
const traceback = ({ reply }: Exchange): string =>
  stripVTControlCharacters((reply.content["traceback"] as string[]).join("\n"));

/** Plain texts of what was displayed, in order. */
const displayed = ({ published }: Exchange): unknown[] =>
  published
    .filter(({ header }) => header.msg_type === "display_data")
    .map(({ content }) => {
      const data = content["data"] as JsonObject;
      return data["text/plain"] ?? Object.keys(data)[0];
    });

/** Labelled results, without the engines' own counts of cells. */
const results = (exchange: Exchange): string[] =>
  displayed(exchange).map((text) => String(text).replace(/^(Out\[\d+):\d+/, "$1"));

test("%px runs a line on every engine, each output under its engine's number", async () => {
  const exchange = await run("%px console.log('hi'); 6 * 7");
  expect(streamText(exchange.published)).toBe("[stdout:0] hi\n[stdout:1] hi\n[stdout:2] hi\n");
  expect(results(exchange)).toEqual(["Out[0]: 42", "Out[1]: 42", "Out[2]: 42"]);
  expect(resultText(exchange.published)).toBeUndefined();
});

test("%px stands among other lines, also in a loop", async () => {
  const exchange = await run(
    "let turns = 0;\nfor (const i of [1, 2]) {\n  turns += i;\n  %px --targets 0 console.log('turn')\n}\nturns",
  );
  expect(streamText(exchange.published)).toBe("turn\nturn\n");
  expect(resultText(exchange.published)).toBe("3");
});

test("%%px takes targets, and shows a single engine's output plain", async () => {
  const two = await run("%%px --targets ::2\nconsole.log('even')");
  expect(streamText(two.published)).toBe("[stdout:0] even\n[stdout:2] even\n");
  const one = await run("%%px --targets 1\nconsole.log('alone'); 5");
  expect(streamText(one.published)).toBe("alone\n");
  expect(displayed(one)).toEqual(["5"]);
});

test("an interactive wait shows a bar below the cell, which moves until the result is ready", async () => {
  const exchange = await run(
    "const naps = rc.view().map((ms) => new Promise((resolve) => setTimeout(resolve, ms)), [1, 50, 100]); await naps.waitInteractive({ intervalMs: 10 })",
  );
  expect(resultText(exchange.published)).toBe("true");
  const shown = exchange.published.filter(({ header }) => header.msg_type.endsWith("display_data"));
  expect(new Set(shown.slice(1).map(({ header }) => header.msg_type))).toEqual(new Set(["update_display_data"]));
  const [first, last] = [shown[0], shown.at(-1)].map((message) => message?.content["data"] as JsonObject);
  expect(String(first?.["text/html"])).toContain("<progress");
  expect(String(last?.["text/plain"])).toMatch(/^map: 100% █{20} 3\/3, /);
});

test("--noblock gives an AsyncResult at once; %pxresult shows its output", async () => {
  const sent = await run("%%px --noblock\nawait new Promise((done) => setTimeout(done, 100)); console.log('late')");
  expect(streamText(sent.published)).toBe("Async parallel execution on engine(s): all\n");
  expect(resultText(sent.published)).toBe("<AsyncResult: execute>");
  const shown = await run("%pxresult");
  expect(streamText(shown.published)).toBe("[stdout:0] late\n[stdout:1] late\n[stdout:2] late\n");
});

test("--group-outputs=engine shows engine after engine", async () => {
  const { published } = await run("%%px --group-outputs=engine\nconsole.log('x'); console.error('y')");
  const texts = published.filter(({ header }) => header.msg_type === "stream").map(({ content }) => content["text"]);
  expect(texts).toEqual([0, 1, 2].flatMap((id) => [`[stdout:${id}] x\n`, `[stderr:${id}] y\n`]));
});

test("output comes while the cell runs", async () => {
  const cell = kernel.begin("%px console.log('first'); await new Promise((done) => { globalThis.go = done })");
  const { content } = await cell.published("stream");
  expect(content["text"]).toMatch(/^\[stdout:\d\] first\n$/);
  await kernel.request("control", "interrupt_request");
  expect((await cell.done).reply.content["ename"]).toBe("KeyboardInterrupt");
});

test("displays of engines are shown under their number", async () => {
  const exchange = await run('%%px\nimport { display } from "tsparallel";\ndisplay.svg("<svg/>")');
  expect(displayed(exchange)).toEqual([0, 1, 2].flatMap((id) => [`[output:${id}]`, "image/svg+xml"]));
});

test("errors of several engines are one readable CompositeError", async () => {
  const exchange = await run("%%px\nconst boom = () => {\n  throw new Error('boom');\n};\nboom();");
  expect(exchange.reply.content["ename"]).toBe("CompositeError");
  const text = traceback(exchange);
  for (const id of [0, 1, 2]) expect(text).toContain(`[${id}:execute]`);
  expect(text).toMatch(/at boom \(cell \[\d+\]:3:9\)/);
  expect(text).not.toContain("node:");
});

test("a function of a cell that fails on an engine is shown by the cell's line, whatever the engine's own cells are", async () => {
  await run("await rc.view().execute('1')");
  const defined = await run(
    "function third(x: number) {\n  if (x > 2)\n    throw new RangeError('too big');\n  return x;\n}",
  );
  const count = Number(defined.reply.content["execution_count"]);
  await run(`for (let i = 0; i < ${count}; i++) await rc.view().execute("// an engine's\\n// cell\\nconst other = 1")`);
  const lines = traceback(await run("await rc.view(0).apply(third, 3)")).split("\n");
  expect(lines).toEqual([
    "[0:apply]:",
    "RangeError: too big",
    "  2 |   if (x > 2)",
    "  3 |     throw new RangeError('too big');",
    "    |           ^",
    `    at third (cell [${count}]:3:11)`,
  ]);
  const own = traceback(await run("await rc.view(0).execute('const a = 1;\\nnowhere()')"));
  expect(own).toMatch(/\n {2}2 \| nowhere\(\)\n {4}\| \^\n {4}at cell \[0:\d+\]:2:1$/);
});

test("the columns of a cell's last expression are those of its text, on engines too", async () => {
  const text = traceback(await run("await rc.view(0).apply(() => { const o: any = {}; return o.deep.er; })"));
  expect(text).toMatch(/at cell \[\d+\]:1:65$/);
});

test("the engines' types are apart from the notebook's, and stop a cell before it is sent", async () => {
  await run("const here = 1");
  await run("%px const there = 'there'");
  const wrong = await run("%%px\nconsole.log('sent');\nconst n: number = there");
  expect(wrong.reply.content["ename"]).toBe("TypeScriptError");
  expect(traceback(wrong)).toContain("3 | const n: number = there");
  expect(streamText(wrong.published)).toBe("");
  expect((await run("there")).reply.content["ename"]).toBe("TypeScriptError");
  expect((await run("%px here")).reply.content["ename"]).toBe("TypeScriptError");
});

test("what was pushed is known, what nobody has is refused", async () => {
  await run("await rc.view().push({ pushed: [1, 2, 3] })");
  expect(displayed(await run("%px --targets 0 pushed.length"))).toEqual(["3"]);
  const unknown = await run("%px consle.log(1)");
  expect(unknown.reply.content["evalue"]).toContain("Cannot find name 'consle'");
});

test("a plain assignment makes a variable of the engines", async () => {
  await run("%px plain = 5");
  expect(displayed(await run("%px --targets 0 plain + 1"))).toEqual(["6"]);
});

test("%autopx sends whole cells to the engines until it is used again, and says so each time", async () => {
  expect(streamText((await run("%autopx")).published)).toBe("%autopx enabled\n");
  const auto = await run("console.log('auto')");
  expect(streamText(auto.published)).toMatch(/^%autopx: Parallel execution on engine\(s\): all\n\[stdout:0\] auto\n/);
  expect(streamText((await run("%autopx")).published)).toBe("%autopx disabled\n");
  expect(streamText((await run("console.log('here')")).published)).toBe("here\n");
});

test("%pxconfig sets the view's defaults", async () => {
  await run("%pxconfig --targets [0,2] --verbose");
  const exchange = await run("%px console.log('two')");
  expect(streamText(exchange.published)).toBe(
    "Parallel execution on engine(s): [0, 2]\n[stdout:0] two\n[stdout:2] two\n",
  );
  await run("%pxconfig --targets all --no-verbose");
});

test("a view that is activated with a suffix has magics of its own", async () => {
  await run("rc.view([1, 2]).activate('_two').block = true;");
  expect(streamText((await run("%px_two console.log('t')")).published)).toBe("[stdout:1] t\n[stdout:2] t\n");
  expect(streamText((await run("%lsmagic")).published)).toContain("%pxresult_two");
});

test("--local runs the cell here as well, --out keeps the result", async () => {
  const exchange = await run("%%px --local --out kept\n40 + 2");
  expect(resultText(exchange.published)).toBe("42");
  expect(displayed(exchange)).toHaveLength(3);
  expect(resultText((await run("kept")).published)).toBe("<AsyncResult: execute, finished>");
});

test.each(["while (true) {}", "await null; while (true) {}", "await new Promise(() => {})"])(
  "%s on the engines is interrupted within a second, here and on the engines, which keep their variables",
  async (loop) => {
    await run("%px globalThis.state = 'kept'");
    const cell = kernel.begin(`%%px\nconsole.log('runs'); ${loop}`, { stop_on_error: false });
    await cell.published("stream");
    const start = performance.now();
    await kernel.request("control", "interrupt_request");
    expect((await cell.done).reply.content["ename"]).toBe("KeyboardInterrupt");
    const after = await run("%px state");
    expect(results(after)).toEqual(["Out[0]: 'kept'", "Out[1]: 'kept'", "Out[2]: 'kept'"]);
    expect(performance.now() - start).toBeLessThan(2000);
  },
);

test("completion behind %px knows the engines' names", async () => {
  await run("%px const engineOnly = { alpha: 1 }");
  const code = "%px engineOnly.";
  const { reply } = await kernel.request("shell", "complete_request", { code, cursor_pos: code.length });
  expect(reply.content["matches"]).toEqual(["alpha"]);
});

test("a quick %px takes little time", async () => {
  const times: number[] = [];
  for (let i = 0; i < 15; i++) {
    const start = performance.now();
    await run("%px 1");
    times.push(performance.now() - start);
  }
  expect(times.sort((a, b) => a - b)[7]).toBeLessThan(300);
});

test("after its cluster has gone, the next client brings the magics again", async () => {
  await run("await rc.close()");
  expect((await run("%px 1")).reply.content["status"]).toBe("error");
  await run("const rc2 = await Client.connect();");
  expect((await run("%px 1")).reply.content["status"]).toBe("ok");
  expect(typesOf((await run("rc2.ids")).published)).toEqual(["execute_input", "execute_result"]);
});

test("while the controller is away %px waits and says so; in the end it names the reason", async () => {
  await using other = await RunningCluster.start({ engines: 1 });
  const file = JSON.stringify(other.cluster.connectionFile);
  await run(
    `const brief = await Client.connect({ file: ${file}, reconnectTimeoutMs: 1500 }); brief.activate("all", "_brief");`,
  );
  const ended = run("%px_brief await new Promise(() => {})");
  const watcher = await other.connect();
  await expect.poll(() => watcher.load()).toEqual({ 0: 1 });
  await killProcess(other.cluster, "controller");
  const exchange = await ended;
  expect(streamText(exchange.published, "stderr")).toContain("The controller is away: requests wait for it");
  expect(traceback(exchange)).toContain("the connection to the controller broke, and was not back after 1.5 s");
});
