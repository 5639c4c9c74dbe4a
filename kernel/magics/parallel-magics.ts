import { UsageError } from "../../cli/usage-error.ts";
import type { DirectView } from "../../client/direct-view.ts";
import type { AsyncResult } from "../../client/results/async-result.ts";
import type { Arity } from "../../client/results/result-plan.ts";
import type { Magic, MagicUse, MagicValue } from "./magic-registry.ts";
import type { CellRunner, PxNotebook } from "./px-notebook.ts";
import {
  flagsOf,
  type PxOptions,
  pxConfigOptions,
  pxOptions,
  pxResultOptions,
  readMagicOptions,
  readTargets,
  splitLeadingFlags,
} from "./px-options.ts";
import { runOnEngines } from "./run-on-engines.ts";

/**
 * One set of parallel magics: those of a view, under names that end in its suffix.
 * Its `%autopx` is on while it is the notebook's cell runner.
 */
export class ParallelMagics implements CellRunner {
  readonly #view: DirectView<Arity>;
  readonly #suffix: string;
  readonly #notebook: PxNotebook;
  /** What `%pxresult` shows. */
  #last: AsyncResult<unknown> | undefined;
  #isVerbose = false;

  constructor(view: DirectView<Arity>, suffix: string, notebook: PxNotebook) {
    this.#view = view;
    this.#suffix = suffix;
    this.#notebook = notebook;
  }

  /** The magics by their names. */
  magics(): Readonly<Record<string, Magic>> {
    const suffix = this.#suffix;
    return {
      [`px${suffix}`]: {
        summary: "Runs the line, or the cell, on the engines.",
        flags: flagsOf(pxOptions),
        line: (use) => this.#pxLine(use),
        cell: (use, body) => this.#pxCell(use, body),
      },
      [`pxresult${suffix}`]: {
        summary: `Shows the output of the last %px${suffix}.`,
        flags: flagsOf(pxResultOptions),
        line: (use) => this.#pxresult(use),
      },
      [`pxconfig${suffix}`]: {
        summary: `Sets the defaults of %px${suffix}.`,
        flags: flagsOf(pxConfigOptions),
        line: async (use) => this.#pxconfig(use),
      },
      [`autopx${suffix}`]: {
        summary: "Runs every following cell on the engines, until it is used again.",
        flags: [],
        line: async () => this.#autopx(),
      },
    };
  }

  async run(code: string): Promise<MagicValue | undefined> {
    return this.#run(code, { local: false });
  }

  get #isAuto(): boolean {
    return this.#notebook.cellRunner === this;
  }

  async #pxLine({ name, rest, placed }: MagicUse): Promise<MagicValue | undefined> {
    const { flags, code } = splitLeadingFlags(rest);
    if (code.trim() === "" && flags === "")
      throw new UsageError(`%${name} what? Write code behind it, or use %%${name}.`);
    const read = readMagicOptions(`%${name}`, pxOptions, flags);
    if (read.kind === "help") return this.#print(read.text);
    // The flags become blanks, so that the code's columns stay those of the cell.
    const start = placed.length - rest.length;
    return this.#run(placed.slice(0, start) + " ".repeat(rest.length - code.length) + code, read.options);
  }

  async #pxCell({ name, rest }: MagicUse, body: string): Promise<MagicValue | undefined> {
    const read = readMagicOptions(`%%${name}`, pxOptions, rest);
    return read.kind === "help" ? this.#print(read.text) : this.#run(body, read.options);
  }

  async #run(code: string, options: PxOptions): Promise<MagicValue | undefined> {
    const { targets, block = this.#view.block, verbose = this.#isVerbose } = options;
    const view = targets === undefined ? this.#view : this.#view.withFlags({ targets: readTargets(targets) });
    this.#announce(view, block, verbose);
    let local: MagicValue | undefined;
    const result = await runOnEngines(
      {
        view,
        code,
        block,
        groupOutputs: options.groupOutputs,
        sent: async (sent) => {
          this.#last = sent;
          if (options.out !== undefined) this.#notebook.setVariable(options.out, sent);
          if (options.local) local = await this.#notebook.runHere(code);
        },
      },
      this.#notebook,
    );
    return result ?? local;
  }

  /** As the manual shows it: whenever nobody waits, otherwise on demand, and never unnoticed while `%autopx` is on. */
  #announce(view: DirectView<Arity>, block: boolean, verbose: boolean): void {
    if (block && !verbose && !this.#isAuto) return;
    const { targets } = view;
    const engines = typeof targets === "object" ? `[${shorten(targets)}]` : String(targets);
    const mode = this.#isAuto ? `%autopx${this.#suffix}: ` : "";
    this.#print(`${mode}${block ? "Parallel" : "Async parallel"} execution on engine(s): ${engines}`);
  }

  async #pxresult({ name, rest }: MagicUse): Promise<MagicValue | undefined> {
    const read = readMagicOptions(`%${name}`, pxResultOptions, rest);
    if (read.kind === "help") return this.#print(read.text);
    if (!this.#last) throw new UsageError(`%${name} shows the last %px${this.#suffix} again, and there was none yet.`);
    const { groupOutputs, out } = read.options;
    if (out !== undefined) this.#notebook.setVariable(out, this.#last);
    await this.#last.wait({ signal: this.#notebook.interrupted });
    await this.#last.displayOutputs(groupOutputs);
    await this.#last.get();
    return undefined;
  }

  #pxconfig({ name, rest }: MagicUse): undefined {
    const read = readMagicOptions(`%${name}`, pxConfigOptions, rest);
    if (read.kind === "help") return this.#print(read.text);
    const { targets, block, verbose } = read.options;
    if (targets !== undefined) this.#view.targets = readTargets(targets);
    if (block !== undefined) this.#view.block = block;
    if (verbose !== undefined) this.#isVerbose = verbose;
  }

  #autopx(): undefined {
    this.#notebook.cellRunner = this.#isAuto ? undefined : this;
    this.#print(`%autopx${this.#suffix} ${this.#isAuto ? "enabled" : "disabled"}`);
  }

  #print(text: string): undefined {
    this.#notebook.publish({ type: "stream", content: { name: "stdout", text: `${text}\n` } });
  }
}

/** A long list keeps its ends. */
function shorten(ids: readonly number[]): string {
  if (ids.length <= 10) return ids.join(", ");
  return `${ids.slice(0, 4).join(", ")}, ..., ${ids.slice(-4).join(", ")}`;
}
