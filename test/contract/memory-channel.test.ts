import { MemoryRouter } from "../../transport/memory-channel.ts";
import { channelContract } from "./channel.ts";

channelContract("memory", async () => {
  const router = new MemoryRouter();
  return {
    router,
    connect: (identity) => router.connect(identity),
    [Symbol.asyncDispose]: () => router[Symbol.asyncDispose](),
  };
});
