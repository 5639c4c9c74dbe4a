import { inspect } from "node:util";
import { systemClock } from "../../protocol/clock.ts";
import { CompositeError } from "../errors/composite-error.ts";
import { remoteError, TimeoutError } from "../errors/failures.ts";
import type { RemoteError } from "../errors/remote-error.ts";
import type { Grouping } from "../output/output-layout.ts";
import { showOutputs } from "../output/show-outputs.ts";
import type { RichOutput } from "../requests/output-piece.ts";
import type { Request } from "../requests/request.ts";
import { publishedValues, type TaskMetadata, taskMetadata } from "../requests/task-metadata.ts";
import { type EngineOutput, outputStream } from "./output-stream.ts";
import type { RequestGroup } from "./request-group.ts";
import type { Arity, PerEngine, ResultPlan } from "./result-plan.ts";
import { receivedMs, serialTimeMs, submittedMs } from "./timing.ts";
import { type WaitOptions, waitFor } from "./wait-options.ts";

/** Items of a result as iteration gives them. */
type ItemOf<T> = T extends readonly (infer Item)[] ? Item : T;

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
export class AsyncResult<T, A extends Arity = Arity> implements PromiseLike<T>, AsyncIterable<ItemOf<T>> {
  readonly #group: RequestGroup;
  readonly #plan: ResultPlan<T>;
  #ending: { readonly value: T } | { readonly error: unknown } | undefined;

  /** Views make these. */
  constructor(group: RequestGroup, plan: ResultPlan<T>) {
    this.#group = group;
    this.#plan = plan;
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
    return !this.#group.broken && this.#failures().length === 0;
  }

  /** Whether all of it was submitted: a balanced map submits its parts as engines get free. */
  get isSubmitted(): boolean {
    return this.#group.isSealed;
  }

  /** Number of items: of a map its elements, otherwise one for each engine or task. */
  get length(): number {
    return this.#plan.length ?? this.#group.requests.length;
  }

  /** How many of `length` items are done. */
  get progress(): number {
    return this.#group.finishedOrder.reduce((sum, request) => sum + request.size, 0);
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

  /** Milliseconds since the first request was sent; once ready, `wallTimeMs`. */
  get elapsedMs(): number {
    return this.ready ? this.wallTimeMs : systemClock() - submittedMs(this.#group.requests);
  }

  /**
   * Milliseconds from the first request sent to the last reply received.
   * @throws {TimeoutError} while it is not ready
   */
  get wallTimeMs(): number {
    this.#requireReady();
    return receivedMs(this.#group.requests) - submittedMs(this.#group.requests);
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
   * The result.
   * @throws {TimeoutError} when it is not there in time; ask again later
   * @throws {RemoteError} when code of a single engine failed
   * @throws {CompositeError} when there are several requests and some failed
   */
  async get(options: WaitOptions = {}): Promise<T> {
    await waitFor(this.#group.finished(), options, () => this.#notReady());
    this.#ending ??= this.#end();
    if ("error" in this.#ending) throw this.#ending.error;
    return this.#ending.value;
  }

  /**
   * Waits, whether it fails or not.
   * @returns whether it is ready: false when the time is up
   * @throws the signal's reason
   */
  async wait(options: WaitOptions = {}): Promise<boolean> {
    try {
      await waitFor(this.#group.finished(), options, () => "");
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
    }
    return this.ready;
  }

  // biome-ignore lint/suspicious/noThenProperty: awaiting a result is the point of it.
  then<R = T, E = never>(
    onValue?: ((value: T) => R | PromiseLike<R>) | null,
    onError?: ((reason: unknown) => E | PromiseLike<E>) | null,
  ): Promise<R | E> {
    return this.get().then(onValue, onError);
  }

  /**
   * The parts as they come: a map's elements, otherwise one for each engine or task, in their order unless the map was
   * told otherwise. Each iteration starts at the beginning.
   * @throws {RemoteError} when it comes to a part that failed
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<ItemOf<T>> {
    const { itemsOf = (value: unknown) => [value] } = this.#plan;
    for (let next = 0; ; next++) {
      const request = await this.#partAt(next);
      if (!request) return;
      this.#claim(request);
      if (request.outcome?.status !== "ok") throw this.#errorOf(request);
      yield* itemsOf(request.outcome.value) as Iterable<ItemOf<T>>;
    }
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

  /** Asks the engines not to run what has not begun; that ends in `TaskAborted`. Resolves when they have heard. */
  async abort(): Promise<void> {
    await this.#plan.abort(this.#unanswered());
  }

  /**
   * Stops the engines that run it, which keep their variables, and aborts what has not begun; that ends in
   * `KeyboardInterrupt` or `TaskAborted`. Resolves when the engines have heard.
   */
  async interrupt(): Promise<void> {
    await this.#plan.interrupt(this.#unanswered());
  }

  [inspect.custom](): string {
    const state = this.ready ? (this.successful ? ", finished" : ", failed") : "";
    return `<AsyncResult: ${this.name}${state}>`;
  }

  /** Waits for a part of the iteration; `undefined` after the last. */
  async #partAt(index: number): Promise<Request | undefined> {
    const { isOrdered = true } = this.#plan;
    for (;;) {
      const request = (isOrdered ? this.#group.requests : this.#group.finishedOrder)[index];
      if (request?.isFinished) return request;
      if (this.ready && this.#group.broken) throw this.#group.broken.error;
      if (this.ready) return undefined;
      await this.#group.changed();
    }
  }

  #end(): { value: T } | { error: unknown } {
    for (const request of this.#group.requests) this.#claim(request);
    if (this.#group.broken) return this.#group.broken;
    const failures = this.#failures();
    const [first] = failures;
    if (first && this.#plan.arity === "one") return { error: this.#errorOf(first) };
    if (first)
      return {
        error: new CompositeError(
          this.name,
          failures.map((request) => this.#errorOf(request)),
        ),
      };
    const values = this.#group.requests.map(({ outcome }) => outcome?.status === "ok" && outcome.value);
    return { value: this.#plan.join(values) };
  }

  #claim(request: Request): void {
    if (this.#plan.isOwner !== false) request.claim();
  }

  #unanswered(): Request[] {
    return this.#group.requests.filter((request) => !request.outcome);
  }

  #failures(): Request[] {
    return this.#group.requests.filter((request) => request.outcome?.status !== "ok");
  }

  #errorOf({ outcome }: Request): RemoteError {
    if (!outcome || outcome.status === "ok") throw new Error("Only failed requests have an error.");
    return remoteError(outcome.failure);
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
