import { type EngineId, type EngineUuid, engineId, engineUuid } from "../protocol/ids.ts";
import type { FailedEngine } from "./errors/remote-error.ts";

/** How engines that say so call themselves; the others are Python's. */
const ours = "typescript";

/** Uuids by id, as the hub writes them. */
export type EngineList = Readonly<Record<string, string>>;
/** Languages by uuid. */
export type EngineLanguages = Readonly<Record<string, string>>;

/** Which engines the hub has announced, by id and by uuid. */
export class EngineDirectory {
  readonly #uuids = new Map<EngineId, EngineUuid>();
  /** Of lost engines too: late results and errors are still named after them. */
  readonly #ids = new Map<EngineUuid, EngineId>();
  readonly #languages = new Map<EngineUuid, string>();
  /** Whether the hub passes on languages at all; Python's does not, and then nothing is known of its engines. */
  #tellsLanguages = false;

  #sortedIds: readonly EngineId[] = [];
  #areAllOurs = true;

  /** Ids of the engines there are, in ascending order. */
  get ids(): readonly EngineId[] {
    return this.#sortedIds;
  }

  /** Uuids by id, of the engines there are. */
  get uuids(): ReadonlyMap<EngineId, EngineUuid> {
    return new Map([...this.#uuids].sort(([a], [b]) => a - b));
  }

  /** Whether every engine understands our canned functions and values, as far as the hub tells. */
  get areAllOurs(): boolean {
    return this.#areAllOurs;
  }

  get size(): number {
    return this.#uuids.size;
  }

  /** Takes the hub's list. Engines that were reported lost meanwhile stay lost: the list may be older than the report. */
  adopt(engines: EngineList, languages: EngineLanguages | undefined): void {
    this.#tellsLanguages = languages !== undefined;
    for (const [id, uuid] of Object.entries(engines))
      if (!this.#ids.has(engineUuid(uuid))) this.join(Number(id), uuid, languages?.[uuid]);
    this.#summarize();
  }

  /**
   * Takes the list of a hub that was away.
   * @returns the engines that it does not list: they stay until they are reported lost
   */
  update(engines: EngineList, languages: EngineLanguages | undefined): readonly EngineUuid[] {
    this.#tellsLanguages = languages !== undefined;
    const listed = new Set(Object.values(engines));
    const missing = [...this.#uuids.values()].filter((uuid) => !listed.has(uuid));
    for (const [id, uuid] of Object.entries(engines))
      if (this.#uuids.get(engineId(Number(id))) !== uuid) this.join(Number(id), uuid, languages?.[uuid]);
    this.#summarize();
    return missing;
  }

  join(id: number, uuid: string, language: string | undefined): void {
    this.#uuids.set(engineId(id), engineUuid(uuid));
    this.#ids.set(engineUuid(uuid), engineId(id));
    if (language !== undefined) this.#languages.set(engineUuid(uuid), language);
    this.#summarize();
  }

  lose(uuid: EngineUuid): void {
    const id = this.#ids.get(uuid);
    if (id !== undefined && this.#uuids.get(id) === uuid) this.#uuids.delete(id);
    this.#summarize();
  }

  uuid(id: EngineId): EngineUuid | undefined {
    return this.#uuids.get(id);
  }

  /** Id of an engine that is or was here. */
  id(uuid: EngineUuid): EngineId | undefined {
    return this.#ids.get(uuid);
  }

  /** Whether an engine was here and is not any more. */
  isLost(uuid: EngineUuid): boolean {
    const id = this.#ids.get(uuid);
    return id !== undefined && this.#uuids.get(id) !== uuid;
  }

  /** An engine as failures name it. */
  locate(uuid: EngineUuid): FailedEngine {
    return { id: this.#ids.get(uuid), uuid };
  }

  /** Language of an engine; `undefined` where the hub does not tell. */
  language(id: EngineId): string | undefined {
    const uuid = this.#uuids.get(id);
    if (uuid === undefined || !this.#tellsLanguages) return undefined;
    return this.#languages.get(uuid) ?? "python";
  }

  /** Whether the engine understands our canned functions and values, as far as the hub tells. */
  isOurs(id: EngineId): boolean {
    const language = this.language(id);
    return language === undefined || language === ours;
  }

  /** Every task asks for these. What the hub tells of languages counts for engines that were here before too. */
  #summarize(): void {
    this.#sortedIds = [...this.#uuids.keys()].sort((a, b) => a - b);
    this.#areAllOurs = this.#sortedIds.every((id) => this.isOurs(id));
  }
}
