import type { Request } from "../requests/request.ts";
import { type Ending, endingOf, hasSucceeded, valueWithErrors } from "./ending.ts";
import type { RequestGroup } from "./request-group.ts";
import type { ResultPlan } from "./result-plan.ts";

/**
 * What a group results in. It is looked at when somebody asks, and once: whoever goes through the items by their places
 * asks for each.
 */
export class Settlement<T> {
  readonly #group: RequestGroup;
  readonly #plan: ResultPlan<T>;
  /** Of a group that is finished. */
  #ending: Ending<T> | undefined;
  /** Of one that is finished and has failed. */
  #withErrors: unknown;

  constructor(group: RequestGroup, plan: ResultPlan<T>) {
    this.#group = group;
    this.#plan = plan;
  }

  get isSuccess(): boolean {
    return hasSucceeded(this.#group, this.#plan);
  }

  /**
   * The value.
   * @throws what it has failed with; of a group that is not finished, so far
   */
  value(): T {
    const ending = this.#ending ?? this.#settle();
    if ("error" in ending) throw ending.error;
    return ending.value;
  }

  /** The value of a finished group, in which parts that failed are their errors. */
  parts(): unknown {
    if (this.#withErrors !== undefined) return this.#withErrors;
    if (this.#ending ? "value" in this.#ending : this.isSuccess) return this.value();
    this.#claimAll();
    this.#withErrors = valueWithErrors(this.#group, this.#plan);
    return this.#withErrors;
  }

  /** A request's outcome is in the program's hands. */
  claim(request: Request): void {
    if (this.#plan.isOwner !== false) request.claim();
  }

  #settle(): Ending<T> {
    this.#claimAll();
    const ending = endingOf(this.#group, this.#plan);
    if (this.#group.isFinished) this.#ending = ending;
    return ending;
  }

  #claimAll(): void {
    for (const request of this.#group.requests) this.claim(request);
  }
}
