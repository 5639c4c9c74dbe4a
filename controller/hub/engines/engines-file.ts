import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import type { Logger } from "../../../cli/logger.ts";
import { writeAtomically } from "../../../cli/write-atomically.ts";
import { engineId, engineUuid } from "../../../protocol/ids.ts";
import { parseJson } from "../../../protocol/json.ts";
import type { Engine, Registry } from "./registry.ts";

const fileContent = z.looseObject({
  engines: z.record(z.string().regex(/^\d{1,9}$/, "ids are whole numbers"), z.string().min(1)),
  next_id: z.int().nonnegative(),
  /** Ours: the language of each engine that announced one, by uuid. */
  languages: z.record(z.string(), z.string()).default({}),
  /** Ours: when the first of the controllers started that took over from one another. */
  since: z.iso.datetime().optional(),
});

/** What an earlier controller has left of its engines. */
export interface EarlierCluster {
  readonly engines: readonly Engine[];
  readonly nextId: number;
  /** When the first of the controllers started that took over from one another: ISO-8601, in UTC. */
  readonly since: string | undefined;
}

/**
 * @returns `undefined` where there is no file
 * @throws saying what is wrong with it
 */
export function readEnginesFile(path: string): EarlierCluster | undefined {
  if (!existsSync(path)) return undefined;
  const { engines, next_id: nextId, languages, since } = fileContent.parse(parseJson(readFileSync(path)));
  const known = Object.entries(engines).map(([id, uuid]) => {
    return { id: engineId(Number(id)), uuid: engineUuid(uuid), language: languages[uuid] };
  });
  return { engines: known, nextId, since };
}

/**
 * `log/engines<cluster id>.json` (wire protocol §3.2), by which `Cluster` and the panel count engines without
 * connecting: written anew, whole, when the controller starts and whenever an engine joins or leaves.
 */
export class EnginesFile {
  readonly #path: string;
  readonly #registry: Registry;
  readonly #since: string;
  readonly #log: Logger;

  /** @param since see {@link EarlierCluster} */
  constructor(path: string, { registry, since, log }: { registry: Registry; since: string; log: Logger }) {
    this.#path = path;
    this.#registry = registry;
    this.#since = since;
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
    const engines: Record<string, string> = {};
    const languages: Record<string, string> = {};
    for (const { id, uuid, language } of this.#registry.engines) {
      engines[id] = uuid;
      if (language !== undefined) languages[uuid] = language;
    }
    const content = { engines, next_id: this.#registry.nextId, languages, since: this.#since };
    try {
      writeAtomically(this.#path, `${JSON.stringify(content)}\n`);
    } catch (error) {
      this.#log.error(`cannot write ${this.#path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
