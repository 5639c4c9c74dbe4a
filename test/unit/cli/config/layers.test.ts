import { expect, test } from "vitest";
import { mergeLayers } from "../../../../cli/config/layers.ts";

test("the first layer that says something of an option wins, and is its origin", () => {
  const layers = [
    { source: "the command line", values: { ip: "*", port: undefined } },
    { source: "a file", values: { ip: "10.0.0.1", port: 1, reuse: false } },
    { source: "another file", values: { reuse: true } },
  ];
  expect(mergeLayers(layers)).toEqual({
    values: { ip: "*", port: 1, reuse: false },
    origins: { ip: "the command line", port: "a file", reuse: "a file" },
  });
});

test("an option may be called like a property of every object", () => {
  expect(mergeLayers([{ source: "a file", values: { constructor: 1 } }]).values).toEqual({ constructor: 1 });
});
