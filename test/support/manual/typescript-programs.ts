import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../../cli/package-root.ts";
import { stripTypes } from "../../../runtime/cell/strip-types.ts";

/** A TypeScript module of a user's. */
export interface Program {
  readonly name: string;
  readonly code: string;
}

/** Every one ends within a few seconds. */
const limitMs = 40_000;

/**
 * Runs programs, one after the other.
 * @returns what each printed
 * @throws when one fails, with all that it printed
 */
export async function runPrograms(programs: readonly Program[], env: NodeJS.ProcessEnv): Promise<string[]> {
  return inScratchFolder(async (folder) => {
    const printed: string[] = [];
    for (const { name, code } of programs) {
      const file = join(folder, `${name}.mjs`);
      writeFileSync(file, stripTypes(code, `${name}.ts`));
      printed.push(await run([file], env));
    }
    return printed;
  });
}

/** What the compiler has against programs: nothing, if they are right. */
export async function checkPrograms(programs: readonly Program[]): Promise<string> {
  return inScratchFolder(async (folder) => {
    for (const { name, code } of programs) writeFileSync(join(folder, `${name}.ts`), code);
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
  const folder = mkdtempSync(join(cache, "programs-"));
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
