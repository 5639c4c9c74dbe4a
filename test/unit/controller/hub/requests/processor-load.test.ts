import { expect, test } from "vitest";
import { ProcessorLoad } from "../../../../../controller/hub/requests/processor-load.ts";

test("the share is that of the time between the latest two samples", () => {
  const load = new ProcessorLoad();
  load.sample(1000, 50_000);
  expect(load.share).toBe(0);
  load.sample(2000, 54_000);
  expect(load.share).toBe(0.25);
  load.sample(2000, 55_000);
  expect(load.share).toBe(0);
});
