import { inspect } from "node:util";
import { expect, test } from "vitest";
import { $display, mimeBundle } from "../../../../runtime/display/mime-bundle.ts";

const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1);

test.each<[unknown, object]>([
  [undefined, {}],
  [null, { "text/plain": "null" }],
  [5n, { "text/plain": "5n" }],
  ["text", { "text/plain": "'text'" }],
  [{ a: [1, { b: 2 }] }, { "text/plain": "{ a: [ 1, { b: 2 } ] }" }],
  [function f() {}, { "text/plain": "[Function: f]" }],
  [class A {}, { "text/plain": "[class A]" }],
  [Promise.resolve(1), { "text/plain": "Promise { 1 }" }],
  [new Map([[1, 2]]), { "text/plain": "Map(1) { 1 => 2 }" }],
  [png, { "image/png": Buffer.from(png).toString("base64") }],
  [{ outerHTML: "<svg width='1'></svg>" }, { "image/svg+xml": "<svg width='1'></svg>" }],
  [{ outerHTML: "<p>x</p>" }, { "text/html": "<p>x</p>" }],
  [{ toDataURL: () => "data:image/png;base64,QUJD" }, { "image/png": "QUJD" }],
  [{ [$display]: () => ({ "text/html": "<b>" }) }, { "text/html": "<b>" }],
  [{ [$display]: async () => ({ "image/png": png }) }, { "image/png": Buffer.from(png).toString("base64") }],
  [Object.assign(() => 1, { [$display]: () => ({ "text/plain": "own" }) }), { "text/plain": "own" }],
])("%o is shown as it is known", async (value, bundle) => {
  expect(await mimeBundle(value)).toEqual(bundle);
});

test("charts of Vega carry their version", async () => {
  const spec = { $schema: "https://vega.github.io/schema/vega-lite/v5.json", mark: "bar" };
  expect(await mimeBundle({ toSpec: () => spec })).toEqual({ "application/vnd.vegalite.v5+json": spec });
});

test("data frames are tables, escaped", async () => {
  const frame = { schema: { n: "Int", s: "Utf8" }, head: () => frame, toRecords: () => [{ n: 1, s: "<i>" }] };
  expect(await mimeBundle(frame)).toEqual({
    "application/vnd.dataresource+json": {
      schema: {
        fields: [
          { name: "n", type: "integer" },
          { name: "s", type: "string" },
        ],
      },
      data: [{ n: 1, s: "<i>" }],
    },
    "text/html":
      "<table><thead><tr><th>n</th><th>s</th></tr></thead><tbody><tr><td>1</td><td>&lt;i&gt;</td></tr></tbody></table>",
  });
});

test("a value that throws when it is looked at is shown all the same", async () => {
  const fail = () => {
    throw new Error("no");
  };
  expect(await mimeBundle({ a: 1, [inspect.custom]: fail })).toMatchObject({
    "text/plain": expect.stringContaining("a: 1") as string,
  });
  expect((await mimeBundle({ [$display]: fail }))["text/plain"]).toContain("its display threw");
  expect((await mimeBundle({ [$display]: () => 5 }))["text/plain"]).toContain("not an object of MIME types");
  expect((await mimeBundle({ toDataURL: fail }))["text/plain"]).toContain("toDataURL");
  expect(await mimeBundle(new Proxy({}, { get: fail, has: fail, ownKeys: fail }))).toHaveProperty("text/plain");
});

test("a proxy that answers every name is not asked for pictures", async () => {
  const asked: PropertyKey[] = [];
  const proxy = new Proxy(
    {},
    {
      get: (_target, key) => {
        asked.push(key);
        return undefined;
      },
    },
  );
  await mimeBundle(proxy);
  expect(asked.filter((key) => typeof key === "string")).toEqual([]);
});
