import { execFileSync } from "node:child_process";
import { Client, Cluster } from "tsparallel";

/** One side of the comparison. Every measure gives its samples, in the unit that `units` names. */
export interface Contender extends AsyncDisposable {
  measure(name: Measure, argument: number): Promise<number[]>;
}

export const units = {
  start: "ms",
  direct: "ms",
  all: "ms",
  balanced: "ms",
  throughput: "tasks/s",
  push: "MB/s",
  memory: "MB",
} as const;
export type Measure = keyof typeof units;

/** Ours: cluster and client in this process, as a user's program would have them. */
export class OwnContender implements Contender {
  #cluster: Cluster | undefined;
  #client: Client | undefined;

  async measure(name: Measure, argument: number): Promise<number[]> {
    switch (name) {
      case "start":
        return [await this.#start(argument)];
      case "direct":
        return timed(argument, () => this.#rc.view(0).apply(() => undefined));
      case "all":
        return timed(argument, () => this.#rc.view().apply(() => undefined));
      case "balanced":
        return timed(argument, () => this.#rc.loadBalancedView().apply(() => undefined));
      case "throughput":
        return [await this.#throughput(argument)];
      case "push":
        return [await this.#push(argument)];
      case "memory":
        await this.#throughput(argument);
        return [this.#controllerMegabytes()];
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client?.close();
    await this.#cluster?.stop();
  }

  get #rc(): Client {
    if (!this.#client) throw new Error("Measure start first.");
    return this.#client;
  }

  async #start(n: number): Promise<number> {
    const begin = performance.now();
    this.#cluster = await Cluster.start({ n });
    this.#client = await Client.connect({ cluster: this.#cluster });
    await this.#client.waitForEngines(n);
    return performance.now() - begin;
  }

  async #throughput(tasks: number): Promise<number> {
    const view = this.#rc.loadBalancedView();
    const begin = performance.now();
    await Promise.all(Array.from({ length: tasks }, () => view.apply(() => undefined)));
    return (tasks / (performance.now() - begin)) * 1000;
  }

  /** What the controller, one process, has resident. */
  #controllerMegabytes(): number {
    const controller = this.#cluster?.processes().find(({ role }) => role === "controller");
    if (!controller) throw new Error("Measure start first.");
    return residentMegabytes(controller.process.record.pid);
  }

  async #push(megabytes: number): Promise<number> {
    const array = new Float64Array((megabytes * 1024 * 1024) / 8);
    const begin = performance.now();
    await this.#rc.view(0).push({ array });
    return (megabytes / (performance.now() - begin)) * 1000;
  }
}

function residentMegabytes(pid: number): number {
  return Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) / 1024;
}

async function timed(times: number, work: () => PromiseLike<unknown>): Promise<number[]> {
  await work();
  const samples: number[] = [];
  for (let i = 0; i < times; i++) {
    const begin = performance.now();
    await work();
    samples.push(performance.now() - begin);
  }
  return samples;
}
