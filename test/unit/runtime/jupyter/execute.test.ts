import { expect, test } from "vitest";
import { type Cell, Executor } from "../../../../runtime/jupyter/execute.ts";
import { ShellHarness } from "./shell-harness.ts";

function start(run: (cell: Cell) => unknown, evaluate?: (expression: string) => Promise<object>) {
  const executor = new Executor({
    run: async (cell) => ({ value: await run(cell) }),
    ...(evaluate ? { evaluate: evaluate as never } : {}),
  });
  return new ShellHarness({ execute_request: executor.handle });
}

test("a cell's input and value are published, and it is counted", async () => {
  const cells: Pick<Cell, "code" | "executionCount" | "isStored">[] = [];
  const shell = start(({ code, executionCount, isStored }) => {
    cells.push({ code, executionCount, isStored });
    return 42;
  });
  const { content } = await shell.ask("execute_request", { code: "6 * 7" });
  expect(content).toEqual({ status: "ok", execution_count: 1, payload: [], user_expressions: {} });
  expect(shell.published()).toEqual(["busy", "execute_input", "execute_result", "idle"]);
  expect(cells).toEqual([{ code: "6 * 7", executionCount: 1, isStored: true }]);
});

test("undefined is not shown", async () => {
  const shell = start(() => undefined);
  await shell.ask("execute_request", { code: "" });
  expect(shell.published()).toEqual(["busy", "execute_input", "idle"]);
});

test("a silent cell shows nothing and is not counted, nor is one that is not to be stored", async () => {
  const shell = start(() => 1);
  const counts = [
    await shell.ask("execute_request", { code: "1", silent: true }),
    await shell.ask("execute_request", { code: "1", store_history: false }),
    await shell.ask("execute_request", { code: "1" }),
  ].map(({ content }) => content["execution_count"]);
  expect(counts).toEqual([0, 0, 1]);
  expect(shell.published().filter((type) => type === "execute_result")).toHaveLength(2);
});

test("a failed cell's reply has its number", async () => {
  const shell = start(() => {
    throw new Error("no");
  });
  expect((await shell.ask("execute_request", { code: "" })).content).toMatchObject({
    status: "error",
    execution_count: 1,
    user_expressions: {},
  });
});

test("user expressions are evaluated after the cell", async () => {
  const shell = start(
    () => undefined,
    async (expression) => ({ data: { "text/plain": expression } }),
  );
  const { content } = await shell.ask("execute_request", { code: "", user_expressions: { x: "a + b" } });
  expect(content["user_expressions"]).toEqual({ x: { data: { "text/plain": "a + b" } } });
});
