import type { Client } from "../client/client.ts";
import type { DirectView } from "../client/direct-view.ts";
import type { Arity } from "../client/results/result-plan.ts";
import type { HostMessageType, UserVariables } from "../protocol/host.ts";
import type { JsonObject } from "../protocol/json.ts";
import { compileCell } from "../runtime/cell/compile-cell.ts";
import type { KnownNames } from "../runtime/types/type-service.ts";
import { assigns, type CellRunner } from "./cells/cell-runner.ts";
import type { CellTypes } from "./cells/cell-types.ts";
import type { MagicRegistry, MagicValue } from "./magics/magic-registry.ts";
import { ParallelMagics } from "./magics/parallel-magics.ts";
import type { CellRunner as AutoRunner, CheckedCode, PxNotebook } from "./magics/px-notebook.ts";
import type { LiveOutput } from "./output/live-output.ts";

export interface MagicNotebookOptions {
  readonly runner: CellRunner;
  readonly types: CellTypes;
  readonly magics: MagicRegistry;
  readonly variables: UserVariables;
  readonly publish: (type: HostMessageType, content: JsonObject) => void;
}

/** This kernel's notebook as the parallel magics see it; brings them when a client connects or a view is activated. */
export class MagicNotebook implements PxNotebook {
  readonly #options: MagicNotebookOptions;
  /** Whose view has the magics without suffix, where nobody chose one. */
  #client: Client | undefined;
  #isChosen = false;

  constructor(options: MagicNotebookOptions) {
    this.#options = options;
  }

  /** The first client brings the magics, and so does the next one after its cluster has gone. */
  clientConnected(client: Client): void {
    const isServed = this.#isChosen || (this.#client?.isOpen === true && this.#client.ids.length > 0);
    if (isServed) return;
    this.#client = client;
    this.#activate(client.directView("all").withFlags({ block: true }), "");
  }

  viewActivated(view: DirectView<Arity>, suffix: string): void {
    if (suffix === "") this.#isChosen = true;
    this.#activate(view, suffix);
  }

  async check(code: string, known: KnownNames): Promise<CheckedCode> {
    const { runner, types } = this.#options;
    const { filename, signal } = runner.current;
    const program = compileCell(code, { filename });
    const found: KnownNames = async (names) => {
      const assigned = names.filter((name) => assigns(code, name));
      const others = names.filter((name) => !assigned.includes(name));
      return others.length === 0 ? assigned : [...assigned, ...(await known(others))];
    };
    const cell = { source: code, written: code, filename, known: found };
    return { program, commit: await types.check("engines", cell, signal) };
  }

  async runHere(code: string): Promise<MagicValue> {
    return this.#options.runner.runHere(code);
  }

  readonly publish = ({ type, content }: LiveOutput): void => {
    this.#options.publish(type, content);
  };

  get interrupted(): AbortSignal {
    return this.#options.runner.current.signal;
  }

  setVariable(name: string, value: unknown): void {
    this.#options.variables.set(name, value);
  }

  get cellRunner(): AutoRunner | undefined {
    return this.#options.runner.redirect;
  }

  set cellRunner(runner: AutoRunner | undefined) {
    this.#options.runner.redirect = runner;
  }

  #activate(view: DirectView<Arity>, suffix: string): void {
    this.#options.magics.add(new ParallelMagics(view, suffix, this).magics());
  }
}
