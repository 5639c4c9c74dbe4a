import { inspect } from "node:util";
import { keepConnected } from "../connection/keep-connected.ts";
import type { RemoteArguments } from "../options/call-options.ts";
import type { AsyncResult } from "../results/async-result.ts";
import type { Arity, PerEngine } from "../results/result-plan.ts";
import { type WaitOptions, waitFor } from "../results/wait-options.ts";

/** A promise of what a submitted function returns. Nobody need await it: a failure is no unhandled rejection. */
export interface Submitted<T, A extends Arity = Arity> extends Promise<T> {
  /** What is known of its making. */
  readonly result: AsyncResult<T, A>;
  /** Keeps it from running, or stops it: it then rejects with `TaskAborted`. Resolves when the engines have heard. */
  cancel(options?: WaitOptions): Promise<void>;
}

/** A view as an executor uses it. */
interface CallingView<A extends Arity> {
  apply<Args extends unknown[], R>(
    f: (...args: Args) => R,
    ...args: RemoteArguments<Args>
  ): AsyncResult<PerEngine<A, Awaited<R>>, A>;
  readonly map: (...args: never) => AsyncResult<unknown>;
}

type ArityOfView<View> = View extends CallingView<infer A> ? A : Arity;

/**
 * A view as Python's `concurrent.futures` shape it, and as JavaScript's pools and `p-map` expect it: functions in,
 * promises out.
 *
 *     await using pool = rc.loadBalancedView().executor;
 *     const names = await Promise.all(files.map((file) => pool.submit(parse, file)));
 */
export class ViewExecutor<View extends CallingView<Arity>> implements AsyncDisposable {
  /** Where the functions run. */
  readonly view: View;
  readonly #open = new Set<AsyncResult<unknown>>();
  #isShutDown = false;

  /** `view.executor` and `rc.executor(...)` make these. */
  constructor(view: View) {
    this.view = view;
  }

  /** Whether it takes functions: until `shutdown`. */
  get isOpen(): boolean {
    return !this.#isShutDown;
  }

  /**
   * Calls a function on an engine of the view, or on each.
   * @throws {Error} after `shutdown`
   */
  submit<Args extends unknown[], R>(
    f: (...args: Args) => R,
    ...args: RemoteArguments<Args>
  ): Submitted<PerEngine<ArityOfView<View>, Awaited<R>>, ArityOfView<View>> {
    this.#requireOpen();
    const view = this.view as unknown as CallingView<ArityOfView<View>>;
    const result = this.#followed(view.apply(f, ...args));
    const promise = result.get();
    promise.catch(() => undefined);
    return Object.assign(promise, { result, cancel: (options?: WaitOptions) => result.abort(options) });
  }

  /**
   * The view's `map`: its result can be awaited, and iterated over as values come.
   * @throws {Error} after `shutdown`
   */
  get map(): View["map"] {
    this.#requireOpen();
    return ((...args: never) => this.#followed(this.view.map(...args))) as View["map"];
  }

  /**
   * Takes no more functions. The engines go on, and so does the view.
   * @param options `cancel`: aborts what is not done; `wait`: resolves when all is done, the default
   * @throws {TimeoutError} when that takes longer than `timeoutMs`
   */
  async shutdown({
    wait = true,
    cancel = false,
    ...options
  }: WaitOptions & {
    readonly wait?: boolean;
    readonly cancel?: boolean;
  } = {}): Promise<void> {
    this.#isShutDown = true;
    const open = [...this.#open];
    const end = async () => {
      if (cancel) await Promise.all(open.map((result) => result.abort()));
      if (wait) await Promise.all(open.map((result) => result.wait()));
    };
    await waitFor(end(), options, () => `${this.#open.size} of the executor's calls have not ended in time.`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  [inspect.custom](): string {
    return `<ViewExecutor ${inspect(this.view)}>`;
  }

  #requireOpen(): void {
    if (this.#isShutDown) throw new Error("The executor was shut down: get a new one from a view or rc.executor().");
  }

  #followed<Result extends AsyncResult<unknown>>(result: Result): Result {
    this.#open.add(result);
    void result.wait().then(() => this.#open.delete(result));
    return result;
  }
}

keepConnected(ViewExecutor);
