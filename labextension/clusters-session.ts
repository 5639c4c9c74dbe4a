import type { ServiceManager, Session } from "@jupyterlab/services";

/** Thrown when the Jupyter server has no kernelspec of that name. */
export class KernelMissing extends Error {
  override name = "KernelMissing";
  readonly kernel: string;
  constructor(kernel: string) {
    super(`The Jupyter server has no kernel “${kernel}”.`);
    this.kernel = kernel;
  }
}

/**
 * The one session of the kernel that knows the clusters, shared by all pages of a Jupyter server:
 * found by its path, or started.
 *
 * @throws {KernelMissing}
 */
export async function joinClustersSession(
  services: ServiceManager.IManager,
  kernelName: string,
): Promise<Session.ISessionConnection> {
  await requireKernel(services, kernelName);
  const join = () => findOrStart(services.sessions, kernelName);
  // Web Locks exist only on https and localhost; elsewhere the tie-break alone must do.
  if (!("locks" in navigator)) return join();
  return navigator.locks.request(`tsparallel:${services.serverSettings.baseUrl}:${kernelName}`, join);
}

async function requireKernel({ kernelspecs }: ServiceManager.IManager, kernelName: string): Promise<void> {
  await kernelspecs.ready;
  if (kernelspecs.specs?.kernelspecs[kernelName]) return;
  // It may have been installed since the page was loaded.
  await kernelspecs.refreshSpecs();
  if (!kernelspecs.specs?.kernelspecs[kernelName]) throw new KernelMissing(kernelName);
}

/**
 * `POST /api/sessions` answers the session that has this path, but not while another page's is still starting its
 * kernel. So each page looks again afterwards: the first session in the server's list wins, and who started
 * another ends it.
 */
async function findOrStart(sessions: Session.IManager, kernelName: string): Promise<Session.ISessionConnection> {
  const kernelConnectionOptions = { handleComms: true };
  // The name is what people see under Running; the path only has to be the same for everybody.
  const options = {
    path: `.clusters-${kernelName}`,
    name: "Clusters panel",
    type: "clusters",
    kernel: { name: kernelName },
  };
  await sessions.ready;
  const mine = await sessions.startNew(options, { kernelConnectionOptions });
  await sessions.refreshRunning();
  const winner = [...sessions.running()].find((model) => model.path === options.path);
  if (winner === undefined || winner.id === mine.id) return mine;
  await mine.shutdown();
  return sessions.connectTo({ model: winner, kernelConnectionOptions });
}
