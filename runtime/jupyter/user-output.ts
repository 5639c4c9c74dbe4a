import type { JsonObject } from "../../protocol/json.ts";
import { errorReport } from "../evaluate/traceback.ts";
import { userErrorHandlers } from "../evaluate/user-errors.ts";
import { RequestOutput } from "../output/request-output.ts";
import { currentRequest, type RunningRequest } from "../output/running-request.ts";
import type { IopubPublisher, Publication } from "./iopub-publisher.ts";
import { ServedRequest } from "./served-request.ts";

/**
 * Publishes what user code prints, and errors that nobody caught, under the request they belong to, for as long as it
 * is held.
 */
export class UserOutput implements Disposable {
  readonly #publisher: IopubPublisher;
  readonly #output: RequestOutput;
  readonly #handlers: Disposable;

  constructor(publisher: IopubPublisher) {
    this.#publisher = publisher;
    this.#output = new RequestOutput(({ stream, text, request }) =>
      this.#publish(request, { type: "stream", content: { name: stream, text } }),
    );
    this.#handlers = userErrorHandlers((error, request) => this.#showUncaught(error, request));
  }

  /** Publishes under the request whose code runs; before the first request it prints nothing. */
  publish(type: string, content: JsonObject, more: Pick<Publication, "metadata" | "buffers"> = {}): void {
    this.#output.flush();
    this.#publish(currentRequest(), { type, content, ...more });
  }

  flush(): void {
    this.#output.flush();
  }

  /** Writes to the process's own stderr, past the capture. */
  log(line: string): void {
    this.#output.writeToTerminal("stderr", `${line}\n`);
  }

  [Symbol.dispose](): void {
    this.#handlers[Symbol.dispose]();
    this.#output[Symbol.dispose]();
  }

  #publish(request: RunningRequest | undefined, publication: Omit<Publication, "parent">): void {
    if (request instanceof ServedRequest) request.publish(publication);
    else this.#publisher.publish({ ...publication, parent: request?.header });
  }

  #showUncaught(error: unknown, request: RunningRequest | undefined): void {
    const text = `Uncaught ${errorReport(error).traceback.join("\n")}\n`;
    if (request) this.#publish(request, { type: "stream", content: { name: "stderr", text } });
    else this.log(text);
  }
}
