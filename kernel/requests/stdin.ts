import { abortable, Deferred } from "../../protocol/deferred.ts";
import type { Message, Session } from "../../protocol/session.ts";
import type { ServedRequest } from "../../runtime/jupyter/served-request.ts";
import type { Channel } from "../../transport/channel.ts";

/** Asks the user for text, through the front end that sent the running request (Jupyter messaging 5.4, "stdin"). */
export class Stdin {
  readonly #channel: Channel;
  readonly #session: Session;
  readonly #log: (text: string) => void;
  /** The question that is open; another one waits for its answer. */
  #answer: Deferred<string> | undefined;

  constructor(channel: Channel, session: Session, log: (text: string) => void) {
    this.#channel = channel;
    this.#session = session;
    this.#log = log;
    channel.listen((frames) => this.#receive(frames));
  }

  /**
   * @throws when the front end cannot ask, as in `nbconvert --execute`
   * @throws the interrupt's reason
   */
  async ask(request: ServedRequest, prompt: string, password: boolean): Promise<string> {
    if (request.content["allow_stdin"] !== true)
      throw new Error("prompt() needs somebody to answer: this front end runs the notebook without asking the user.");
    while (this.#answer) await abortable(this.#answer.promise, request.signal);
    const answer = new Deferred<string>();
    this.#answer = answer;
    const content = { prompt, password };
    this.#channel.send(
      this.#session.pack({ type: "input_request", content, parent: request.header, idents: request.idents }),
    );
    try {
      return await abortable(answer.promise, request.signal);
    } finally {
      this.#answer = undefined;
      answer.resolve("");
    }
  }

  #receive(frames: Buffer[]): void {
    let message: Message;
    try {
      message = this.#session.unpack(frames);
    } catch (error) {
      this.#log(`Message on stdin dropped: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
    if (message.header.msg_type === "input_reply") this.#answer?.resolve(String(message.content["value"] ?? ""));
  }
}
