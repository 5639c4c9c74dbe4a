import { abortable } from "../../protocol/deferred.ts";
import { watchForStops } from "../../transport/resume.ts";
import type { CompilerOptions } from "./compiler.ts";
import type { CheckResult, Completions } from "./type-checker.ts";
import { declareUnknown, missingNames, type TypeProblem } from "./type-problem.ts";
import type { TypeQuestions } from "./type-questions.ts";
import { TypesLost, TypeThread } from "./type-thread.ts";

/** The two worlds of names in a notebook: the kernel's own and that of the engines (`%px`). */
export type TypeState = "notebook" | "engines";

/** Which of these names the runtime has, although no cell declared them (pushed values, properties of `globalThis`). */
export type KnownNames = (names: readonly string[]) => readonly string[] | Promise<readonly string[]>;

/** A cell on its way through the type service. */
export interface TypeCheck {
  /** Resolves with the type errors, once the cell's turn has come; never rejects. */
  readonly problems: Promise<readonly TypeProblem[]>;
  /**
   * Makes the cell's declarations known to later cells. Call it once the cell has run, also with problems.
   * @param hasFailed the cell threw: names that it declares anew may still have their former value, so they become `any`
   */
  commit(hasFailed: boolean): void;
}

/** Enough for Node's and our own types. Large packages need more: the thread then ends, and the next has more. */
const memoryMb = { first: 192, after: 1024 };
/** One round for values, one for what only then can be read, and two to spare. */
const roundsLimit = 4;

/**
 * Types of cells: checks, completions, documentation, by TypeScript in a worker thread.
 *
 * Starts at once and in the background; what is asked before it is warm waits. Questions take their turns, so that a
 * cell sees the declarations of every cell committed before it was asked about. If the thread dies it is started
 * again; the declarations are kept here.
 */
export class TypeService implements AsyncDisposable {
  readonly #options: CompilerOptions;
  readonly #declarations: Record<TypeState, string> = { notebook: "", engines: "" };
  #thread: TypeThread;
  #turns: Promise<unknown> = Promise.resolve();
  #isDisposed = false;
  readonly #endWatch: () => void;

  constructor(options: CompilerOptions) {
    this.#options = options;
    this.#thread = this.#start(memoryMb.first);
    // An interrupt that stops user code by force may drop the step from one turn to the next.
    this.#endWatch = watchForStops({
      resume: () => {
        this.#turns = Promise.resolve();
      },
    });
  }

  /** Whether the compiler is warm: a check then takes some 10 to 30 ms. */
  get isReady(): boolean {
    return this.#thread.isOpen;
  }

  check(state: TypeState, source: string, known: KnownNames): TypeCheck {
    const result = this.#turn(() => this.#check(state, source, known));
    return {
      problems: result.then(({ problems }) => problems),
      commit: (hasFailed) => {
        void this.#turn(() => this.#commit(state, source, result, hasFailed));
      },
    };
  }

  /** @param offset in UTF-16 units */
  async complete(state: TypeState, source: string, offset: number, signal?: AbortSignal): Promise<Completions> {
    const nothing: Completions = { start: offset, end: offset, candidates: [] };
    return this.#ask("complete", () => ({ ...this.#typed(state, source), offset }), nothing, signal);
  }

  /** What is known of the name at that place, as text; `undefined` where there is none. */
  async inspect(state: TypeState, source: string, offset: number, signal?: AbortSignal): Promise<string | undefined> {
    return this.#ask("inspect", () => ({ ...this.#typed(state, source), offset }), undefined, signal);
  }

  /** The indent of the next line where the cell goes on; `undefined` where it is complete. */
  async continuation(source: string, signal?: AbortSignal): Promise<string | undefined> {
    return this.#ask("continuation", () => ({ source }), undefined, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    this.#endWatch();
    await this.#thread[Symbol.asyncDispose]();
    await this.#turns;
  }

  #start(heapMb: number): TypeThread {
    const thread = new TypeThread(this.#options, heapMb);
    void thread.ended.then((end) => {
      // A thread that never opened would not open the next time either: cells then run unchecked.
      if (!this.#isDisposed && end.wasOpen) this.#thread = this.#start(memoryMb.after);
    });
    return thread;
  }

  #typed(state: TypeState, source: string) {
    return { declarations: this.#declarations[state], source };
  }

  /** Runs after everything that was asked before. */
  #turn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turns.then(work);
    this.#turns = result.catch(() => undefined);
    return result;
  }

  async #ask<Kind extends keyof TypeQuestions>(
    kind: Kind,
    params: () => TypeQuestions[Kind]["params"],
    otherwise: TypeQuestions[Kind]["result"],
    signal: AbortSignal | undefined,
  ): Promise<TypeQuestions[Kind]["result"]> {
    const answer = this.#turn(() => this.#thread.ask(kind, params()));
    try {
      return await abortable(answer, signal);
    } catch (error) {
      if (error instanceof TypesLost) return otherwise;
      throw error;
    }
  }

  /** Never rejects: a cell that the compiler cannot judge is run, and its own errors speak. */
  async #check(state: TypeState, source: string, known: KnownNames): Promise<CheckResult> {
    try {
      return await this.#checkWithKnownNames(state, source, known);
    } catch {
      return { problems: [], declarations: undefined };
    }
  }

  async #checkWithKnownNames(state: TypeState, source: string, known: KnownNames): Promise<CheckResult> {
    for (let round = 1; ; round++) {
      const result = await this.#thread.ask("check", { ...this.#typed(state, source), isTolerant: false });
      const missing = missingNames(result.problems, source);
      const found = missing.length === 0 || round === roundsLimit ? [] : await known(missing);
      if (found.length === 0) return result;
      await this.#declare(state, declareUnknown(found));
    }
  }

  async #commit(state: TypeState, source: string, checked: Promise<CheckResult>, hasFailed: boolean) {
    try {
      const { declarations } = await checked;
      const former = hasFailed ? await this.#thread.ask("redeclared", this.#typed(state, source)) : [];
      if (declarations === undefined) await this.#declare(state, source);
      else this.#declarations[state] = declarations;
      if (former.length > 0) await this.#declare(state, declareUnknown(former));
    } catch {
      // The thread died over this cell: its names are unknown to later ones, and so `any`.
    }
  }

  /** Joins the declarations of that source, whatever is wrong with it. */
  async #declare(state: TypeState, source: string): Promise<void> {
    const { declarations } = await this.#thread.ask("check", { ...this.#typed(state, source), isTolerant: true });
    this.#declarations[state] = declarations ?? this.#declarations[state];
  }
}
