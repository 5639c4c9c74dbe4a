import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../../cli/package-root.ts";
import { stripTypes } from "../../../runtime/cell/strip-types.ts";
import type { Chapter } from "./chapter.ts";
import { mark, typescriptModule } from "./typescript-module.ts";

/** A chapter takes 3 s. */
const limitMs = 40_000;

/**
 * Runs the TypeScript half of chapters, each as a program of a user's, one after the other.
 * @param env where the client looks for the cluster
 * @returns what each example printed, chapter by chapter
 */
export async function runTypescript(chapters: readonly Chapter[], env: NodeJS.ProcessEnv): Promise<string[][]> {
  return inScratchFolder(async (folder) => {
    const results: string[][] = [];
    for (const chapter of chapters) {
      const program = join(folder, `${chapter.name}.mjs`);
      writeFileSync(program, stripTypes(typescriptModule(chapter), `${chapter.name}.ts`));
      results.push((await run([program], env)).split(mark).slice(1, -1));
    }
    return results;
  });
}

/** What the compiler has against the TypeScript half of chapters: nothing, if they are right. */
export async function checkTypescript(chapters: readonly Chapter[]): Promise<string> {
  return inScratchFolder(async (folder) => {
    for (const chapter of chapters) writeFileSync(join(folder, `${chapter.name}.ts`), typescriptModule(chapter));
    const config = {
      extends: join(packageRoot, "tsconfig.json"),
      compilerOptions: { noEmit: true, rootDir: packageRoot },
      include: ["*.ts", join(packageRoot, "protocol", "msgpack-lite.d.ts")],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const compiler = join(packageRoot, "node_modules", "typescript", "bin", "tsc");
    return run([compiler, "-p", folder], process.env).catch(({ message }: Error) => message);
  });
}

/** A folder within the package, where the package's own name means its client. */
async function inScratchFolder<T>(action: (folder: string) => Promise<T>): Promise<T> {
  const cache = join(packageRoot, ".cache");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "manual-"));
  try {
    return await action(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, argv, { env, cwd: packageRoot, timeout: limitMs }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${argv.join(" ")} failed.\n${stdout}${stderr}`));
      else resolve(stdout);
    });
  });
}
