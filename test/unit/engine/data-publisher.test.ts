import { expect, test } from "vitest";
import { DataPublisher } from "../../../engine/data-publisher.ts";

test("what is published before canning is there comes in order, and is waited for", async () => {
  const sent: unknown[] = [];
  let loads = 0;
  const data = new DataPublisher({
    load: async () => {
      loads += 1;
      return (values) => ({ buffers: [], metadata: { values: JSON.stringify(values) } });
    },
    publish: ({ metadata }) => sent.push(metadata["values"]),
  });
  expect(data.settled).toBeUndefined();
  data.publish({ a: 1 });
  data.publish({ a: 2 });
  expect(sent).toEqual([]);
  await data.settled;
  expect(data.settled).toBeUndefined();
  data.publish({ a: 3 });
  expect([sent, loads]).toEqual([['{"a":1}', '{"a":2}', '{"a":3}'], 1]);
});

test("values that cannot travel fail the request that published them", async () => {
  const data = new DataPublisher({
    load: async () => () => {
      throw new TypeError("cannot send it");
    },
    publish: () => undefined,
  });
  data.publish({});
  await expect(data.settled).rejects.toThrow("cannot send it");
});
