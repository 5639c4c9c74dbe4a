import { execFileSync } from "node:child_process";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const fixtures = join(import.meta.dirname, "..", "fixtures", "canning");
const run = (program: string, input = ""): string =>
  execFileSync(process.execPath, [join(fixtures, program)], {
    input,
    encoding: "utf8",
  });

test("functions of an ES module run in another process, with all that they use", () => {
  const sent = run("sender.mjs");
  const expected = {
    variables: 7,
    ownModule: 33,
    deep: "a/b",
    node: `${hostname()},b,/`,
    packages: [[[1, 2], [3]], "ok", "Program", "object"],
    classes: [30, 2, true],
    strict: "undefined",
    throws: expect.stringMatching(/sender\.mjs:34:25\)?$/) as unknown,
    imports: "function",
  };
  expect(JSON.parse(run("receiver.mjs", sent))).toEqual({ v8: expected, msgpack: expected });
  const { refused, ofLibrary } = JSON.parse(sent) as Record<string, string>;
  expect(ofLibrary).toContain('cannot send function "debounced": it was made inside a library');
  // Node 20 shows a variable before its line as undefined.
  if (process.versions.node.startsWith("20.")) expect(refused).toBe("");
  else expect(refused).toContain('its variable "notYet" has no value yet');
});

test("functions of a CommonJS program run in another process", () => {
  expect(JSON.parse(run("receiver.mjs", run("sender.cjs")))).toEqual({
    v8: { variables: 11, node: hostname(), packages: [[1, 2], [3]], requires: "b" },
  });
});
