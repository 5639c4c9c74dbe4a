import { join } from "node:path";
import { Client } from "../../client/client.ts";
import { Cluster } from "../../cluster/cluster.ts";
import { type IpythonFolder, makeIpythonFolder } from "./ipython-folder.ts";

export interface RunningClusterOptions {
  readonly engines: number;
  readonly controllerArgs?: readonly string[];
}

/** A real cluster in a folder of its own, from the programs in `dist/`. Disposing ends it and whoever joined it. */
export class RunningCluster implements AsyncDisposable {
  readonly cluster: Cluster;
  readonly folder: IpythonFolder;
  readonly #clients: Client[] = [];

  private constructor(cluster: Cluster, folder: IpythonFolder) {
    this.cluster = cluster;
    this.folder = folder;
  }

  /** Resolves when all engines have registered. */
  static async start({ engines, controllerArgs = [] }: RunningClusterOptions): Promise<RunningCluster> {
    const folder = await makeIpythonFolder();
    try {
      const cluster = await Cluster.start({
        n: engines,
        profileDir: join(folder.path, "profile_default"),
        controller: { args: controllerArgs },
      });
      return new RunningCluster(cluster, folder);
    } catch (error) {
      await folder[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** A client of its own, closed with the cluster. */
  async connect(): Promise<Client> {
    const client = await Client.connect({ cluster: this.cluster });
    this.#clients.push(client);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
    await this.cluster.stop();
    await this.folder[Symbol.asyncDispose]();
  }
}
