import { Console } from "node:console";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type OutputPiece, RequestOutput } from "../../../../runtime/output/request-output.ts";
import { currentRequest, type RunningRequest, runInRequest } from "../../../../runtime/output/running-request.ts";

const request = (id: string): RunningRequest => ({
  header: { msg_id: id, msg_type: "execute_request", session: "s", username: "u", date: "", version: "5.4" },
});
const [a, b] = [request("a"), request("b")];

let now = 0;
let pieces: OutputPiece[] = [];
let output: RequestOutput;
beforeEach(() => {
  pieces = [];
  now += 1000;
  output = new RequestOutput(
    (piece) => pieces.push(piece),
    () => now,
  );
});
afterEach(() => output[Symbol.dispose]());

const shown = (): string[] => pieces.map(({ stream, text, request }) => `${request.header.msg_id} ${stream} ${text}`);

test("what is printed is handed over in the call that prints it", () => {
  runInRequest(a, () => {
    process.stdout.write("one");
    expect(shown()).toEqual(["a stdout one"]);
    process.stderr.write("two");
    process.stdout.write(Buffer.from("three"));
  });
  expect(shown()).toEqual(["a stdout one", "a stderr two", "a stdout three"]);
});

test("the console prints through it", () => {
  const console = new Console(process.stdout, process.stderr);
  runInRequest(a, () => {
    console.log("x %d", 1);
    console.error("y");
    console.table([{ p: 1 }]);
    console.dir({ q: 2 });
  });
  expect(shown().slice(0, 2)).toEqual(["a stdout x 1\n", "a stderr y\n"]);
  expect(shown()[2]).toContain("│");
  expect(shown()[3]).toBe("a stdout { q: 2 }\n");
});

test("late output belongs to the request that started it", async () => {
  const late = runInRequest(
    a,
    () =>
      new Promise<void>((resolve) =>
        setTimeout(() => {
          process.stdout.write("late");
          resolve();
        }, 1),
      ),
  );
  runInRequest(b, () => process.stdout.write("now"));
  await late;
  expect(shown()).toEqual(["b stdout now", "a stdout late"]);
});

test("output that nobody started belongs to the last request", () => {
  runInRequest(b, () => {});
  process.stdout.write("lost");
  expect(shown()).toEqual(["b stdout lost"]);
  expect(currentRequest()).toBe(b);
});

test("a flood is joined, and goes on when the window is over, in order and by stream", () => {
  runInRequest(a, () => {
    for (let index = 0; index < 60; index++) process.stdout.write(".");
    expect(pieces).toHaveLength(50);
    process.stderr.write("!");
    expect(shown().at(-1)).toBe("a stdout ..........");
    now += 20;
    process.stderr.write("?");
  });
  expect(shown().at(-1)).toBe("a stderr !?");
  expect(pieces.map(({ text }) => text).join("")).toBe(`${".".repeat(60)}!?`);
});

test("flush hands over what is held back", () => {
  runInRequest(a, () => {
    for (let index = 0; index < 55; index++) process.stdout.write(".");
  });
  output.flush();
  output.flush();
  expect(pieces.map(({ text }) => text).join("")).toBe(".".repeat(55));
});

test("characters cut by writes are put together", () => {
  const bytes = Buffer.from("é");
  runInRequest(a, () => {
    process.stdout.write(bytes.subarray(0, 1));
    process.stdout.write(bytes.subarray(1));
  });
  expect(shown()).toEqual(["a stdout é"]);
});

test("write calls back and refuses what is no text", async () => {
  await new Promise<void>((resolve) => runInRequest(a, () => process.stdout.write("x", () => resolve())));
  expect(() => runInRequest(a, () => process.stdout.write(5 as unknown as string))).toThrow(TypeError);
});
