import { afterEach, expect, test } from "vitest";
import { type Host, installHost } from "../../../../protocol/host.ts";
import { display, newDisplay, versions } from "../../../../runtime/display/tslab-display.ts";

const published: unknown[] = [];
afterEach(() => void published.splice(0));
installHost({
  kind: "kernel",
  variables: { has: () => false, get: () => undefined, set: () => {} },
  publish: (type, content) => void published.push([type, content]),
  mimeBundle: async () => ({}),
} satisfies Host);

test("display adds outputs", () => {
  display.html("<b>");
  display.png(Uint8Array.of(1, 2, 3));
  expect(published).toEqual([
    ["display_data", { data: { "text/html": "<b>" }, metadata: {}, transient: {} }],
    ["display_data", { data: { "image/png": "AQID" }, metadata: {}, transient: {} }],
  ]);
});

test("newDisplay replaces its output", () => {
  const single = newDisplay();
  single.text("1");
  single.text("2");
  const transient = { display_id: expect.any(String) as string };
  expect(published).toEqual([
    ["display_data", { data: { "text/plain": "1" }, metadata: {}, transient }],
    ["update_display_data", { data: { "text/plain": "2" }, metadata: {}, transient }],
  ]);
});

test("versions are those of the packages", () => {
  expect(versions.tslab).toMatch(/^1\./);
  expect(versions.typescript).toMatch(/^5\./);
  expect(versions.node).toBe(process.version);
});
