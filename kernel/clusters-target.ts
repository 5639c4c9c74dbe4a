import type { ClustersComm, CommSend } from "./clusters-comm.ts";
import type { CommTarget } from "./requests/comms.ts";

/** The Clusters panel's comms. What is behind them is loaded when the first panel calls: most kernels have none. */
export class ClustersTarget implements CommTarget {
  #loading: Promise<ClustersComm> | undefined;

  open(commId: string, send: CommSend): void {
    this.#tell((comm) => comm.open(commId, send));
  }

  message(commId: string, content: unknown): void {
    this.#tell((comm) => comm.message(commId, content));
  }

  close(commId: string): void {
    this.#tell((comm) => comm.close(commId));
  }

  /** In the order of the calls. */
  #tell(tell: (comm: ClustersComm) => void): void {
    this.#loading ??= load();
    void this.#loading.then(tell);
  }
}

async function load(): Promise<ClustersComm> {
  const { ClustersComm } = await import("./clusters-comm.ts");
  const { clustersOnDisk } = await import("../cluster/clusters-on-disk.ts");
  return new ClustersComm({ clusters: clustersOnDisk });
}
