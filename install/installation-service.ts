import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { parseJson } from "../protocol/json.ts";
import type { PlannedFile } from "./planned-files.ts";

/** Lies beside the kernel's specification and lists what was installed, so that no more than that is removed. */
const recordPath = join("kernels", "tsparallel", "installed-files.json");

const installRecord = z.object({
  version: z.string(),
  /** Relative to the data folder. */
  files: z.array(z.string()),
  /** Folders that were not there before, outermost first. */
  folders: z.array(z.string()),
});
type InstallRecord = z.infer<typeof installRecord>;

/** What one data folder of Jupyter holds of us. */
export class InstallationService {
  readonly #folder: string;

  constructor(dataFolder: string) {
    this.#folder = dataFolder;
  }

  /**
   * Writes the files, in place of an older installation's.
   * @throws naming the path that cannot be written, and what to do
   */
  install(files: readonly PlannedFile[], version: string): void {
    this.#guarded(() => {
      const previous = this.#read();
      if (previous) this.#removeFiles(previous);
      const paths = [...files.map(({ path }) => path), recordPath];
      const folders = [...(previous?.folders ?? []), ...this.#createFolders(paths)];
      // First the record: what a failure half-way leaves can still be uninstalled.
      this.#write(recordPath, JSON.stringify({ version, files: paths, folders } satisfies InstallRecord));
      for (const { path, content } of files) this.#write(path, content);
    });
  }

  /** @returns how many files were removed; `undefined` where nothing was installed */
  uninstall(): number | undefined {
    return this.#guarded(() => {
      const record = this.#read();
      if (record === undefined) return undefined;
      this.#removeFiles(record);
      for (const folder of [...record.folders].reverse()) this.#removeEmpty(folder);
      return record.files.length;
    });
  }

  #read(): InstallRecord | undefined {
    const path = join(this.#folder, recordPath);
    return existsSync(path) ? installRecord.parse(parseJson(readFileSync(path))) : undefined;
  }

  #write(path: string, content: string | Buffer): void {
    writeFileSync(join(this.#folder, path), content);
  }

  #removeFiles({ files }: InstallRecord): void {
    for (const file of files) rmSync(join(this.#folder, file), { force: true });
  }

  /** @returns those that were missing, relative to the data folder (`.` is that folder itself), outermost first */
  #createFolders(files: readonly string[]): readonly string[] {
    const missing = new Set<string>();
    for (const file of files) {
      const chain: string[] = [];
      for (let folder = dirname(file); !existsSync(join(this.#folder, folder)); folder = dirname(folder)) {
        chain.unshift(folder);
        if (folder === ".") break;
      }
      for (const folder of chain) missing.add(folder);
    }
    for (const folder of missing) mkdirSync(join(this.#folder, folder), { recursive: true });
    return [...missing];
  }

  #removeEmpty(folder: string): void {
    try {
      rmdirSync(join(this.#folder, folder));
    } catch {
      // Gone already, or somebody else keeps files in it by now: it stays theirs.
    }
  }

  #guarded<T>(action: () => T): T {
    try {
      return action();
    } catch (cause) {
      const { code, path } = cause as NodeJS.ErrnoException;
      if (code === "EACCES" || code === "EPERM" || code === "EROFS")
        throw new Error(
          `${path ?? this.#folder} may not be written (${code}). Install for yourself with --user, or into a folder of yours with --prefix DIR.`,
          { cause },
        );
      throw cause;
    }
  }
}
