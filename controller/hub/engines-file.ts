import type { Logger } from "../../cli/logger.ts";
import { writeAtomically } from "../../cli/write-atomically.ts";
import type { Registry } from "./registry.ts";

/**
 * `log/engines<cluster id>.json` (wire protocol §3.2), by which `Cluster` and the panel count engines without
 * connecting: written anew, whole, when the controller starts and whenever an engine joins or leaves.
 */
export class EnginesFile {
  readonly #path: string;
  readonly #registry: Registry;
  readonly #log: Logger;

  constructor(path: string, registry: Registry, log: Logger) {
    this.#path = path;
    this.#registry = registry;
    this.#log = log;
    this.#write();
  }

  engineJoined(): void {
    this.#write();
  }

  engineLost(): void {
    this.#write();
  }

  /** The cluster works without the file: a full disk is no reason to end. */
  #write(): void {
    const engines = Object.fromEntries([...this.#registry.engines].map(({ id, uuid }) => [String(id), uuid]));
    try {
      writeAtomically(this.#path, `${JSON.stringify({ engines, next_id: this.#registry.nextId })}\n`);
    } catch (error) {
      this.#log.error(`cannot write ${this.#path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
