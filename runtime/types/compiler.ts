import { readFileSync } from "node:fs";
import { createRequire, Module } from "node:module";
import { dirname, join } from "node:path";
import { compileFunction } from "node:vm";
import type ts from "@tslab/typescript-for-tslab";
import type { Converter, createConverter, isCompleteCode } from "tslab/dist/converter.js";
import type { printQuickInfo } from "tslab/dist/inspect.js";
import { ambientLibrary } from "./ambient-library.ts";
import { isTolerated } from "./type-problem.ts";

/** tslab's converter and the compiler under it, made fit for notebooks that lie anywhere. */
export interface TslabCompiler {
  readonly ts: typeof ts;
  readonly converter: Converter;
  readonly isCompleteCode: typeof isCompleteCode;
  readonly printQuickInfo: typeof printQuickInfo;
  /** While set, `convert` finds no problems, and so gives declarations whatever the cell looks like. */
  isTolerant: boolean;
}

export interface CompilerOptions {
  /** The notebook's folder: where relative imports and packages are looked for. */
  readonly folder: string;
  /** Declaration (or source) file of each package whose types are ours to give, wherever the notebook lies. */
  readonly packages: Readonly<Record<string, string>>;
  /** Global declarations that cells see beside those of Node. */
  readonly globals?: string;
}

const require = createRequire(import.meta.url);
const fromTslab = createRequire(require.resolve("tslab/dist/converter.js"));

/**
 * Takes 0.6 to 2 s and about 100 MB: call it in a worker, once.
 *
 * tslab calls the compiler through its module object, so it is given one with these functions replaced, and why:
 * - `createWatchCompilerHost`: its fixed options know neither packages that have types only through `exports`, nor
 *   where our own and Node's types are when the notebook's folder has no `node_modules`; files of the compiler's
 *   library are watched for nothing.
 * - `createWatchProgram`: what a cell imports is neither checked (its owner's settings may differ from tslab's) nor
 *   emitted (the runtime loads it itself).
 * - `getPreEmitDiagnosticsOfFiles`: see `isTolerated`.
 * - `transpileModule`: tslab's JavaScript is not used.
 */
export function openCompiler(options: CompilerOptions): TslabCompiler {
  const compiler = replaceableCompiler();
  const opened = { isTolerant: false };
  compiler.sys.getCurrentDirectory = () => options.folder.replaceAll("\\", "/");
  replaceHost(compiler, options);
  replaceProgram(compiler);
  compiler.transpileModule = () => ({ outputText: "" });
  const diagnose = compiler.getPreEmitDiagnosticsOfFiles;
  compiler.getPreEmitDiagnosticsOfFiles = (program, files) =>
    opened.isTolerant ? [] : diagnose(program, files.slice(0, 1)).filter(({ code }) => !isTolerated(code));
  const tslab = fromTslab("tslab/dist/converter.js") as {
    createConverter: typeof createConverter;
    isCompleteCode: typeof isCompleteCode;
  };
  const { printQuickInfo: print } = fromTslab("tslab/dist/inspect.js") as { printQuickInfo: typeof printQuickInfo };
  const converter = tslab.createConverter({});
  return Object.assign(opened, {
    ts: compiler,
    converter,
    isCompleteCode: tslab.isCompleteCode,
    printQuickInfo: print,
  });
}

/** The compiler's module object with properties that can be set. Some are internal to the compiler. */
type Replaceable = {
  -readonly [Name in keyof typeof ts]: (typeof ts)[Name];
} & {
  getPreEmitDiagnosticsOfFiles(program: ts.Program, files: readonly ts.SourceFile[]): readonly ts.Diagnostic[];
};

/** Puts a copy of the compiler's module object, whose own properties are fixed, where tslab will find it. */
function replaceableCompiler(): Replaceable {
  const path = fromTslab.resolve("@tslab/typescript-for-tslab");
  const module = new Module(path);
  module.filename = path;
  const define = compileFunction(readNarrow(path), moduleParameters, { filename: path });
  define.call(module.exports, module.exports, createRequire(path), module, path, dirname(path));
  const compiler = { ...(module.exports as Replaceable) };
  module.exports = compiler;
  module.loaded = true;
  fromTslab.cache[path] = module;
  return compiler;
}

const moduleParameters = ["exports", "require", "module", "__filename", "__dirname"];

/**
 * A script's text with one byte a character. V8 keeps the text of what it runs, with two bytes a character if a single
 * one is beyond Latin 1: for the compiler, with five such in its comments, that is 16 MB instead of 8.
 */
function readNarrow(path: string): string {
  return readFileSync(path, "latin1").replace(/[\x80-\xff]+/g, (bytes) =>
    escaped(Buffer.from(bytes, "latin1").toString()),
  );
}

const escaped = (text: string): string =>
  Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`).join("");

type WatchHost = ts.WatchCompilerHostOfFilesAndCompilerOptions<ts.SemanticDiagnosticsBuilderProgram>;
type CreateHost = (files: string[], settings: ts.CompilerOptions, system: ts.System, ...rest: unknown[]) => WatchHost;

const ambientName = "__tsparallel__.d.ts";

function replaceHost(compiler: Replaceable, options: CompilerOptions): void {
  const create = compiler.createWatchCompilerHost as unknown as CreateHost;
  const replacement: CreateHost = (files, settings, system, ...rest) => {
    const ambient = `${system.getCurrentDirectory()}/${ambientName}`;
    const { readFile, watchFile, watchDirectory } = system;
    const library = ambientLibrary + (options.globals ?? "");
    system.readFile = (path, encoding) => (path === ambient ? library : readFile(path, encoding));
    // A package does not change under a notebook; a recursive watch of somebody's home folder costs minutes.
    if (watchFile)
      system.watchFile = (path, ...args) => (isSettled(path, ambient) ? unwatched : watchFile(path, ...args));
    if (watchDirectory)
      system.watchDirectory = (path, callback, isRecursive, ...args) =>
        isRecursive || isSettled(path, ambient) ? unwatched : watchDirectory(path, callback, isRecursive, ...args);
    return create([...files, ambient], settingsFor(compiler, settings, options), system, ...rest);
  };
  compiler.createWatchCompilerHost = replacement as unknown as typeof compiler.createWatchCompilerHost;
}

const unwatched: ts.FileWatcher = { close() {} };

const isSettled = (path: string, ambient: string): boolean => path === ambient || path.includes("node_modules");

function settingsFor(
  compiler: Replaceable,
  settings: ts.CompilerOptions,
  options: CompilerOptions,
): ts.CompilerOptions {
  return {
    ...settings,
    moduleResolution: compiler.ModuleResolutionKind.Bundler,
    paths: Object.fromEntries(Object.entries(options.packages).map(([name, file]) => [name, [file]])),
    lib: ["lib.es2023.d.ts"],
    // Only Node's globals: a project's `@types/mocha` has no place in a notebook, and costs start-up time.
    types: ["node"],
    typeRoots: [nodeTypesRoot(options.folder)],
    checkJs: false,
  };
}

/** The folder that holds `node` types: the notebook's own, else those that came with this package, else tslab's. */
function nodeTypesRoot(folder: string): string {
  const seekers = [createRequire(join(folder, "cell.js")), require, fromTslab];
  for (const seeker of seekers) {
    try {
      return dirname(dirname(seeker.resolve("@types/node/package.json")));
    } catch {
      // Not there: the next place.
    }
  }
  return join(folder, "node_modules", "@types");
}

/** Makes every program claim that a cell depends on no other file that would have to be emitted. */
function replaceProgram(compiler: Replaceable): void {
  const create = compiler.createWatchProgram as (host: WatchHost) => unknown;
  const replacement = (host: WatchHost): unknown => {
    const { afterProgramCreate } = host;
    host.afterProgramCreate = (builder) => {
      builder.getAllDependencies = ({ fileName }) => [fileName];
      afterProgramCreate?.(builder);
    };
    return create(host);
  };
  compiler.createWatchProgram = replacement as typeof compiler.createWatchProgram;
}
