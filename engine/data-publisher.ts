import type { JsonObject } from "../protocol/json.ts";

type Values = Readonly<Record<string, unknown>>;
type Canned = { readonly buffers: readonly Buffer[]; readonly metadata: JsonObject };

export interface DataPublisherOptions {
  /** Loads what makes messages of values. */
  load(): Promise<(values: Values) => Canned>;
  publish(message: Canned): void;
}

/**
 * `publishData` on an engine. It is synchronous, but canning is loaded only when it is first used: what is published
 * until then waits, and its request with it (`settled`).
 */
export class DataPublisher {
  readonly #options: DataPublisherOptions;
  #can: ((values: Values) => Canned) | undefined;
  #loading: Promise<unknown> | undefined;

  constructor(options: DataPublisherOptions) {
    this.#options = options;
  }

  /** Settles when what was published so far is sent. */
  get settled(): Promise<unknown> | undefined {
    return this.#loading;
  }

  publish(values: Values): void {
    if (this.#can && !this.#loading) {
      this.#options.publish(this.#can(values));
      return;
    }
    const loading = this.#publishLater(values, this.#loading).finally(() => {
      if (this.#loading === loading) this.#loading = undefined;
    });
    this.#loading = loading;
  }

  async #publishLater(values: Values, earlier: Promise<unknown> | undefined): Promise<void> {
    await earlier;
    this.#can ??= await this.#options.load();
    this.#options.publish(this.#can(values));
  }
}
