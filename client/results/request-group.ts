import { Deferred } from "../../protocol/deferred.ts";
import type { OutputPiece } from "../requests/output-piece.ts";
import type { Request, RequestObserver } from "../requests/request.ts";

/** Told of what happens in a group, as it happens. */
export interface GroupListener {
  outputCame?(request: Request, piece: OutputPiece): void;
  requestFinished?(request: Request): void;
}

/**
 * The requests behind one AsyncResult. It grows until it is sealed: a map sends its next chunk when one is done.
 *
 * *Open* or *sealed*; finished when sealed and each of its requests is. State changes are complete before anybody is
 * told: what runs then may be stopped by an interrupt.
 */
export class RequestGroup implements RequestObserver {
  readonly #requests: Request[] = [];
  readonly #finishedOrder: Request[] = [];
  readonly #listeners = new Set<GroupListener>();
  #isSealed = false;
  #broken: { readonly error: unknown } | undefined;
  #finish: Deferred<void> | undefined;
  #change: Deferred<void> | undefined;

  /** In the order in which they were sent. */
  get requests(): readonly Request[] {
    return this.#requests;
  }

  /** In the order in which they finished. */
  get finishedOrder(): readonly Request[] {
    return this.#finishedOrder;
  }

  get isFinished(): boolean {
    return this.#isSealed && this.#finishedOrder.length === this.#requests.length;
  }

  get isSealed(): boolean {
    return this.#isSealed;
  }

  /** Whether all of it was sent, and arrays that it was sent with may be overwritten. */
  get isSent(): boolean {
    return this.#isSealed && this.#requests.every((request) => request.isSent);
  }

  /** Resolves when {@link isSent}. @throws {Error} when the connection ends before, and nobody knows */
  async whenSent(): Promise<void> {
    while (!this.#isSealed) await this.changed();
    await Promise.all(this.#requests.map((request) => request.whenSent()));
  }

  add(request: Request): void {
    this.#requests.push(request);
  }

  /** Adds a request that belongs to another group too, and may have finished. */
  follow(request: Request): void {
    this.add(request);
    if (request.isFinished) this.requestFinished(request);
    else request.watch(this);
  }

  /** Is told no more of what it follows: the requests go on. */
  leave(): void {
    for (const request of this.#requests) request.unwatch(this);
  }

  /** No more requests will be added. */
  seal(): void {
    this.#isSealed = true;
    this.#announce();
  }

  /** Seals it before all was sent, because of an error on this side. */
  break(error: unknown): void {
    this.#broken ??= { error };
    this.seal();
  }

  /** Why it was sealed too early. */
  get broken(): { readonly error: unknown } | undefined {
    return this.#broken;
  }

  /** @returns what ends the listening */
  listen(listener: GroupListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Resolves when all is there; at once if it is. */
  finished(): Promise<void> {
    if (this.isFinished) return Promise.resolve();
    this.#finish ??= new Deferred();
    return this.#finish.promise;
  }

  /** Resolves when the next request finishes, the next output comes or the group is sealed. */
  changed(): Promise<void> {
    this.#change ??= new Deferred();
    return this.#change.promise;
  }

  outputCame(request: Request, piece: OutputPiece): void {
    this.#announce();
    for (const listener of this.#listeners) listener.outputCame?.(request, piece);
  }

  requestFinished(request: Request): void {
    this.#finishedOrder.push(request);
    for (const listener of this.#listeners) listener.requestFinished?.(request);
    this.#announce();
  }

  #announce(): void {
    const change = this.#change;
    this.#change = undefined;
    change?.resolve();
    if (this.isFinished) this.#finish?.resolve();
  }
}
