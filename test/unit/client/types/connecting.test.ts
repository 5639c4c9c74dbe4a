import { expectTypeOf, test } from "vitest";
import { Client } from "../../../../client/client.ts";
import type { ConnectOptions } from "../../../../client/connection/open-connection.ts";
import type { Cluster } from "../../../../cluster/cluster.ts";

/** Only for the compiler: never called. */
const calls = (cluster: Cluster) => {
  // @ts-expect-error: a URL or path alone does not say what it is
  void Client.connect("tcp://192.168.1.16:10101");
  // @ts-expect-error: a profile is named by text
  void Client.connect({ profile: 1 });
  // @ts-expect-error: milliseconds
  void Client.connect({ timeoutMs: "10 s" });
  // @ts-expect-error: written otherwise
  void Client.connect({ sshserver: "me@hub" });
  return {
    byProfile: Client.connect({ profile: "mpi", clusterId: "night", ipythonDir: "/jupyter" }),
    byCluster: Client.connect({ cluster }),
    byText: Client.connect({ connectionInfo: "{}", timeoutMs: 500 }),
    byObject: Client.connect({ connectionInfo: { key: "" }, signal: AbortSignal.abort() }),
    bySsh: Client.connect({ file: "client.json", sshServer: "me@hub", sshKey: "id", sshPassword: "" }),
  };
};

test("a client is what connecting resolves to, however the controller is named", () => {
  expectTypeOf<Awaited<ReturnType<typeof calls>[keyof ReturnType<typeof calls>]>>().toEqualTypeOf<Client>();
  expectTypeOf<ConnectOptions["timeoutMs"]>().toEqualTypeOf<number | undefined>();
});
