import { inspect } from "node:util";
import { keepHere } from "../../canning/registry.ts";
import { systemClock } from "../../protocol/clock.ts";
import { TimeoutError } from "../errors/failures.ts";
import type { Grouping } from "../output/output-layout.ts";
import { waitVisibly } from "../output/progress-display.ts";
import { showOutputs } from "../output/show-outputs.ts";
import type { RichOutput } from "../requests/output-piece.ts";
import type { Request } from "../requests/request.ts";
import { publishedValues, type TaskMetadata, taskMetadata } from "../requests/task-metadata.ts";
import { valuesByEngine } from "./by-engine.ts";
import { itemAt, itemsBetween } from "./indexing.ts";
import { itemsAsTheyCome } from "./iteration.ts";
import { type EngineOutput, outputStream } from "./output-stream.ts";
import type { RequestGroup } from "./request-group.ts";
import type { Arity, ItemOf, PerEngine, ResultPlan, WithErrors } from "./result-plan.ts";
import { Settlement } from "./settlement.ts";
import { elapsedMs, serialTimeMs, wallTimeMs } from "./timing.ts";
import { isInTime, type WaitOptions, waitFor, whenHeard } from "./wait-options.ts";
import { type GetOptions, type ResultInteractiveOptions, type ResultWaitOptions, waitUntilCome } from "./waiting.ts";

/** Result of a map: an array of the function's values, in the order of the elements. */
export type AsyncMapResult<T> = AsyncResult<T[], "many">;

/**
 * A result that may not be there yet, with what is known of its making. `await` it, ask it, or iterate over its parts
 * with `for await` as they come.
 *
 * A result of one engine (`A` is `"one"`) gives values; of several engines or tasks (`"many"`), arrays in their order.
 * It is ready when all replies and all output have come. A failed result that nobody awaits is not an unhandled
 * rejection.
 */
export class AsyncResult<T, A extends Arity = Arity> implements PromiseLike<T>, AsyncIterable<ItemOf<T, A>> {
  readonly #group: RequestGroup;
  readonly #plan: ResultPlan<T>;
  readonly #settlement: Settlement<T>;

  /** @internal Views make these. */
  constructor(group: RequestGroup, plan: ResultPlan<T>) {
    this.#group = group;
    this.#plan = plan;
    this.#settlement = new Settlement(group, plan);
  }

  /** What was called, for example `execute`. */
  get name(): string {
    return this.#plan.name;
  }

  /** Whether all replies and all output have come. */
  get ready(): boolean {
    return this.#group.isFinished;
  }

  /**
   * Whether nothing failed.
   * @throws {TimeoutError} while it is not ready
   */
  get successful(): boolean {
    this.#requireReady();
    return this.#settlement.isSuccess;
  }

  /** Whether all of it was submitted: a balanced map submits its parts as engines get free. */
  get isSubmitted(): boolean {
    return this.#group.isSealed;
  }

  /** Whether all of it was sent, and arrays among its arguments may be overwritten. */
  get sent(): boolean {
    return this.#group.isSent;
  }

  /** Number of items: of a map its elements, otherwise one for each engine or task. */
  get length(): number {
    return this.#plan.length ?? this.#group.requests.length;
  }

  /** How many of `length` items are done. */
  get progress(): number {
    const { finishedOrder } = this.#group;
    if (this.#plan.length === undefined) return finishedOrder.length;
    return finishedOrder.reduce((sum, request) => sum + request.size, 0);
  }

  /** Message ids of what was sent so far. */
  get msgIds(): readonly string[] {
    return this.#group.requests.map((request) => request.msgId);
  }

  /** What is known of each request now; times, engine, output. */
  get metadata(): PerEngine<A, TaskMetadata> {
    return this.#each((request) => taskMetadata(request, this.#plan.engines));
  }

  /** Id of the engine, or of the engine of each request; `undefined` where it is not known yet. */
  get engineId(): PerEngine<A, number | undefined> {
    return this.#each((request) => request.engine && this.#plan.engines.id(request.engine));
  }

  /** Text written to stdout so far. */
  get stdout(): PerEngine<A, string> {
    return this.#each((request) => request.output?.stdout ?? "");
  }

  /** Text written to stderr so far. */
  get stderr(): PerEngine<A, string> {
    return this.#each((request) => request.output?.stderr ?? "");
  }

  /** Rich displays so far. */
  get outputs(): PerEngine<A, readonly RichOutput[]> {
    return this.#each((request) => request.output?.displays ?? []);
  }

  /** What `publishData` sent so far, later values over earlier ones. */
  get data(): PerEngine<A, Readonly<Record<string, unknown>>> {
    return this.#each(publishedValues);
  }

  /** Milliseconds since the first request was sent, 0 where that is not known yet; once ready, `wallTimeMs`. */
  get elapsedMs(): number {
    return this.ready ? this.wallTimeMs : elapsedMs(this.#group.requests, systemClock());
  }

  /**
   * Milliseconds from the first request sent to the last reply received.
   * @throws {TimeoutError} while it is not ready
   */
  get wallTimeMs(): number {
    this.#requireReady();
    return wallTimeMs(this.#group.requests);
  }

  /**
   * Milliseconds of all engines together: `serialTimeMs / wallTimeMs` is the speed-up.
   * @throws {TimeoutError} while it is not ready
   */
  get serialTimeMs(): number {
    this.#requireReady();
    return serialTimeMs(this.#group.requests);
  }

  /**
   * The result, if it is there: nothing waits.
   * @throws {TimeoutError} while it is not ready
   * @throws {RemoteError} as `get` does
   */
  get result(): T {
    this.#requireReady();
    return this.#settlement.value();
  }

  /** {@link result}, in short. */
  get r(): T {
    return this.result;
  }

  /**
   * The result. With `returnErrors` failed parts are their errors in place: of a map, for each element of their chunk.
   * @throws {TimeoutError} when it is not there in time; ask again later
   * @throws {RemoteError} when code of a single engine failed
   * @throws {CompositeError} when there are several requests and some failed
   */
  get(options: GetOptions & { readonly returnErrors: true }): Promise<WithErrors<T, A>>;
  get(options?: GetOptions & { readonly returnErrors?: false }): Promise<T>;
  async get({ returnErrors = false, returnWhen, ...options }: GetOptions = {}): Promise<T | WithErrors<T, A>> {
    const enough = returnErrors ? "all" : returnWhen;
    await waitUntilCome(this.#group, enough, (come) => waitFor(come, options, () => this.#notReady()));
    return returnErrors ? (this.#settlement.parts() as WithErrors<T, A>) : this.#settlement.value();
  }

  /**
   * The values by engine id, for one request an engine.
   * @throws as `get` does; {TypeError} when an engine has several results
   */
  async getDict(options: WaitOptions = {}): Promise<Record<number, ItemOf<T, A>>> {
    await this.get(options);
    return valuesByEngine(this.#group, this.#plan.engines) as Record<number, ItemOf<T, A>>;
  }

  /**
   * An item of a result that is ready; negative places count from the end.
   * @throws {TimeoutError} while it is not ready; {RangeError} when there is no such item
   * @throws {RemoteError} when that item's part failed, whatever became of the others
   */
  at(index: number): ItemOf<T, A> {
    this.#requireReady();
    return itemAt(this.#settlement.parts(), index) as ItemOf<T, A>;
  }

  /**
   * Items of a result that is ready, as `Array.slice` counts them.
   * @throws {TimeoutError} while it is not ready
   * @throws {CompositeError} when parts of these items failed
   */
  slice(start?: number, end?: number): ItemOf<T, A>[] {
    this.#requireReady();
    return itemsBetween(this.name, this.#settlement.parts(), [start, end]) as ItemOf<T, A>[];
  }

  /**
   * Waits, whether it fails or not.
   * @returns whether what was waited for has come: false when the time is up
   * @throws the signal's reason
   */
  async wait({ returnWhen, ...options }: ResultWaitOptions = {}): Promise<boolean> {
    return waitUntilCome(this.#group, returnWhen, (come) => isInTime(come, options));
  }

  /** {@link wait}: a result is not ready before its output is complete. */
  async waitForOutput(options: WaitOptions = {}): Promise<boolean> {
    return this.wait(options);
  }

  /** Waits as {@link wait} does, and shows how far it is: by a bar in a notebook, on a terminal by a line of stderr. */
  async waitInteractive({ returnWhen, ...options }: ResultInteractiveOptions = {}): Promise<boolean> {
    const progress = () => ({ name: this.name, done: this.progress, total: this.length });
    const elapsedMs = () => this.elapsedMs;
    return waitUntilCome(this.#group, returnWhen, (ended) => waitVisibly({ ended, progress, elapsedMs }, options));
  }

  /**
   * Waits until it is `sent`.
   * @returns whether it is: false when the time is up
   * @throws the signal's reason; {Error} when the connection ends before, and nobody knows
   */
  async waitOnSend(options: WaitOptions = {}): Promise<boolean> {
    return isInTime(this.#group.whenSent(), options);
  }

  // biome-ignore lint/suspicious/noThenProperty: awaiting a result is the point of it.
  then<R = T, E = never>(
    onValue?: ((value: T) => R | PromiseLike<R>) | null,
    onError?: ((reason: unknown) => E | PromiseLike<E>) | null,
  ): Promise<R | E> {
    return this.get().then(onValue, onError);
  }

  /** As of a promise: `view.apply(f).catch((error) => …)`. */
  catch<E = never>(onError?: ((reason: unknown) => E | PromiseLike<E>) | null): Promise<T | E> {
    return this.get().catch(onError);
  }

  /** As of a promise. */
  finally(onEnd?: (() => void) | null): Promise<T> {
    return this.get().finally(onEnd);
  }

  /**
   * The parts as they come: a map's elements, otherwise one for each engine or task, in their order unless the map was
   * told otherwise. Each iteration starts at the beginning.
   * @throws {RemoteError} when it comes to a part that failed
   */
  [Symbol.asyncIterator](): AsyncGenerator<ItemOf<T, A>> {
    const claim = (request: Request) => this.#settlement.claim(request);
    return itemsAsTheyCome(this.#group, this.#plan, claim) as AsyncGenerator<ItemOf<T, A>>;
  }

  /**
   * What the engines put out, piece by piece, while it runs: first what is there already, then what comes. Ends when the
   * result is ready; leaving the loop earlier is fine.
   */
  streamOutput(): AsyncIterable<EngineOutput> {
    return outputStream(this.#group, this.#plan.engines);
  }

  /**
   * Shows the output of all engines, each labelled with its engine: under the running cell of a notebook, otherwise in
   * the terminal. Waits until it is ready; a failed part shows what it put out before.
   * @param groupBy `type`: all stdout, then all stderr, then displays, then results. `engine`: all of one engine, then
   * the next. `order`: as `type`, but all first displays, then all second ones.
   */
  async displayOutputs(groupBy: Grouping = "type"): Promise<void> {
    await this.#group.finished();
    const parts = this.#group.requests.map((request) => ({
      engine: request.engine && this.#plan.engines.id(request.engine),
      pieces: request.output?.pieces ?? [],
    }));
    showOutputs(parts, groupBy, this.#plan.arity === "one");
  }

  /**
   * Ends what is not done in `TaskAborted`, whether it runs or not; engines keep their variables. On Python's engines what
   * runs goes on, as with ipyparallel. Resolves when the engines have heard; what is done by then has its result.
   * @throws {TimeoutError} when they have not heard in time; the signal's reason
   */
  async abort(options: WaitOptions = {}): Promise<void> {
    await whenHeard(this.#plan.abort(this.#unanswered()), options);
  }

  /**
   * Stops the engines that run it, which keep their variables, and aborts what has not begun; that ends in
   * `KeyboardInterrupt` or `TaskAborted`. Resolves when the engines have heard.
   * @throws {TimeoutError} when they have not heard in time; the signal's reason
   */
  async interrupt(options: WaitOptions = {}): Promise<void> {
    await whenHeard(this.#plan.interrupt(this.#unanswered()), options);
  }

  [inspect.custom](): string {
    const state = this.ready ? (this.successful ? ", finished" : ", failed") : "";
    return `<AsyncResult: ${this.name}${state}>`;
  }

  #unanswered(): Request[] {
    return this.#group.requests.filter((request) => !request.outcome);
  }

  #each<V>(read: (request: Request) => V): PerEngine<A, V> {
    const values = this.#group.requests.map(read);
    return (this.#plan.arity === "one" ? values[0] : values) as PerEngine<A, V>;
  }

  #requireReady(): void {
    if (!this.ready) throw new TimeoutError(this.#notReady());
  }

  #notReady(): string {
    return `Result not ready: ${this.progress} of ${this.length} done.`;
  }
}

keepHere(AsyncResult, "it is an AsyncResult: await it and send what it gives");
