import { can } from "../../canning/can.ts";
import { seal, unseal } from "../../canning/seal.ts";
import type { ClientChannels } from "../../client/client-channels.ts";
import type { Header } from "../../protocol/envelope.ts";
import { sessionId } from "../../protocol/ids.ts";
import type { JsonObject } from "../../protocol/json.ts";
import { type Message, type Outgoing, Session } from "../../protocol/session.ts";
import { Signer } from "../../protocol/signature.ts";
import type { Channel } from "../../transport/channel.ts";
import { MemoryPublisher, MemoryRouter } from "../../transport/memory-channel.ts";

const signer = new Signer("secret");

/** An engine that runs calls in this process. */
export class MemoryEngine {
  readonly id: number;
  readonly uuid: string;
  readonly variables = new Map<string, unknown>();
  /** Requests that came, oldest first. */
  readonly received: Message[] = [];
  /** While held it answers nothing. */
  isHeld = false;
  readonly session: Session;

  constructor(id: number) {
    this.id = id;
    this.uuid = `00000000-${String(id).padStart(24, "0")}`;
    this.session = new Session({ id: sessionId(Buffer.from(this.uuid.replace("-", ""), "hex")), signer });
  }

  async run({ buffers, content }: Message): Promise<unknown> {
    const value = unseal(buffers, content, signer) as never;
    if (content["operation"] === "push") return this.#push(value);
    if (content["operation"] === "pull") return (value as string[]).map((name) => this.variables.get(name));
    const { fn, args } = value as { fn: (...args: unknown[]) => unknown; args: unknown[] };
    return await fn(...args);
  }

  #push(values: Record<string, unknown>): void {
    for (const [name, value] of Object.entries(values)) this.variables.set(name, value);
  }
}

/** Content and buffers of a reply. */
type HubAnswer = Pick<Outgoing, "content" | "buffers">;

/** A controller and its engines without a network, for tests of the client. */
export class MemoryCluster {
  readonly session = new Session({ id: sessionId(Buffer.alloc(16, 1)), signer });
  readonly engines: MemoryEngine[] = [];
  /** What the hub answers to requests of a type, instead of what it answers by itself; `undefined`: nothing. */
  readonly answers = new Map<string, (content: JsonObject) => HubAnswer | undefined>();
  /** Control requests, as `type engine`. */
  readonly controls: string[] = [];
  readonly #query = new MemoryRouter();
  readonly #mux = new MemoryRouter();
  readonly #task = new MemoryRouter();
  readonly #broadcast = new MemoryRouter();
  readonly #control = new MemoryRouter();
  readonly #iopub = new MemoryPublisher();
  readonly #notification = new MemoryPublisher();
  readonly #watchers: ((event: "lost" | "regained") => void)[] = [];
  #turn = 0;

  constructor(engines: number) {
    for (let id = 0; id < engines; id++) this.engines.push(new MemoryEngine(id));
    this.#query.listen((frames) => this.#answerQuery(this.session.unpack(frames)));
    this.#control.listen((frames) => this.#answerControl(this.session.unpack(frames)));
    this.#mux.listen((frames) => void this.#runDirect(this.session.unpack(frames)));
    this.#task.listen((frames) => void this.#runTask(this.session.unpack(frames)));
    this.#broadcast.listen((frames) => void this.#runBroadcast(this.session.unpack(frames)));
  }

  /** A client's ends of all channels. */
  channels(): ClientChannels {
    const connect = (router: MemoryRouter) => router.connect("client");
    return {
      query: connect(this.#query),
      mux: connect(this.#mux),
      task: connect(this.#task),
      broadcast: connect(this.#broadcast),
      control: connect(this.#control),
      iopub: subscription(this.#iopub),
      notification: subscription(this.#notification),
      subscribed: Promise.resolve(),
      refused: new Promise(() => {}),
      watch: (listener) => void this.#watchers.push(listener),
      [Symbol.asyncDispose]: async () => {},
    };
  }

  clientSession(): Session {
    return new Session({ id: sessionId(Buffer.alloc(16, 2)), signer });
  }

  engine(id: number): MemoryEngine {
    const engine = this.engines.find((each) => each.id === id);
    if (!engine) throw new Error(`No engine ${id}.`);
    return engine;
  }

  join(id: number): void {
    const engine = new MemoryEngine(id);
    this.engines.push(engine);
    this.#notify("registration_notification", { id, uuid: engine.uuid, language: "typescript" });
  }

  /** The engine is gone, and nobody says so. */
  forget(id: number): void {
    this.engines.splice(this.engines.indexOf(this.engine(id)), 1);
  }

  /** The engine is gone: what it holds is never answered. */
  lose(id: number): void {
    const engine = this.engine(id);
    this.engines.splice(this.engines.indexOf(engine), 1);
    this.#notify("unregistration_notification", { id, uuid: engine.uuid });
  }

  /** @param request that asked for it */
  shutDown(request?: Header): void {
    this.#notify("shutdown_notification", {}, request);
  }

  /** The controller is gone without a word. */
  breakConnection(): void {
    for (const watcher of this.#watchers) watcher("lost");
  }

  /** A controller listens there again. */
  restoreConnection(): void {
    for (const watcher of this.#watchers) watcher("regained");
  }

  /** Published by an engine for a request that it got. */
  publish(
    engine: MemoryEngine,
    request: Message,
    type: string,
    more: Pick<Outgoing, "content" | "buffers" | "metadata">,
  ): void {
    this.#iopub.send([Buffer.from("topic"), ...engine.session.pack({ type, parent: request.header, ...more })]);
  }

  /** Answers a held request. */
  async answer(engine: MemoryEngine, request: Message, output = false): Promise<void> {
    const router = request.idents.length > 1 ? this.#mux : this.#task;
    const [client] = request.idents;
    if (client) router.send([client, ...(await reply(engine, request, output))]);
  }

  #notify(type: string, content: JsonObject, parent?: Header): void {
    this.#notification.send(this.session.pack({ type, content, parent }));
  }

  #answerQuery(request: Message): void {
    const { parent, idents } = { parent: request.header, idents: request.idents };
    // Its word that it ends may come before its reply, as they come by different sockets.
    if (request.header.msg_type === "shutdown_request") this.shutDown(request.header);
    const own = this.answers.get(request.header.msg_type);
    if (own) {
      const answer = own(request.content);
      if (answer) this.#query.send(this.session.pack({ type: "reply", parent, idents, ...answer }));
      return;
    }
    const engines = Object.fromEntries(this.engines.map(({ id, uuid }) => [String(id), uuid]));
    const languages = Object.fromEntries(this.engines.map(({ uuid }) => [uuid, "typescript"]));
    const type = request.header.msg_type.replace("request", "reply");
    const counts = Object.fromEntries(this.engines.map(({ id }) => [String(id), { queue: 1, completed: 2, tasks: 3 }]));
    const content = type === "queue_reply" ? { ...counts, unassigned: 4 } : { engines, languages };
    this.#query.send(this.session.pack({ type, parent, idents, content: { status: "ok", ...content } }));
  }

  #answerControl(request: Message): void {
    const [client, uuid] = request.idents;
    const engine = this.engines.find((each) => each.uuid === uuid?.toString());
    this.controls.push(`${request.header.msg_type} ${engine?.id}`);
    if (!engine || engine.isHeld || !client) return;
    const packed = engine.session.pack({ type: "reply", parent: request.header, content: { status: "ok" } });
    this.#control.send([client, ...packed]);
  }

  async #runDirect(request: Message): Promise<void> {
    const engine = this.engines.find(({ uuid }) => uuid === request.idents[1]?.toString());
    if (engine) await this.#run(engine, request);
  }

  async #runTask(request: Message): Promise<void> {
    const engine = this.engines[this.#turn++ % this.engines.length];
    if (engine) await this.#run(engine, request);
  }

  /** Each engine's copy has an id of its own; replies are not coalesced. */
  async #runBroadcast(request: Message): Promise<void> {
    const { targets } = request.metadata as { targets: [uuid: string, id: number][] };
    const copies = targets.map(async ([uuid]) => {
      const engine = this.engines.find((each) => each.uuid === uuid);
      const header = { ...request.header, msg_id: `${request.header.msg_id}_${uuid}` };
      if (engine) await this.#run(engine, { ...request, header, idents: [...request.idents, Buffer.from(uuid)] });
    });
    await Promise.all(copies);
  }

  async #run(engine: MemoryEngine, request: Message): Promise<void> {
    engine.received.push(request);
    if (!engine.isHeld) await this.answer(engine, request);
  }
}

async function reply(engine: MemoryEngine, request: Message, output: boolean): Promise<Buffer[]> {
  const type = request.header.msg_type.replace("request", "reply");
  const metadata = { engine: engine.uuid, started: request.header.date, status: "ok", output };
  if (type === "execute_reply")
    return engine.session.pack({
      type,
      parent: request.header,
      metadata,
      content: { status: "ok", execution_count: 1 },
    });
  try {
    const buffers = can(await engine.run(request));
    const content = { status: "ok" };
    return engine.session.pack({
      type,
      parent: request.header,
      metadata: { ...metadata, canning: seal(buffers, signer) },
      content,
      buffers,
    });
  } catch (error) {
    const { name, message } = error as Error;
    const content = {
      status: "error",
      ename: name,
      evalue: message,
      traceback: [`${name}: ${message}`],
      engine_info: { engine_id: engine.id },
    };
    return engine.session.pack({ type, parent: request.header, metadata: { ...metadata, status: "error" }, content });
  }
}

function subscription(publisher: MemoryPublisher): Channel {
  const messages = publisher.subscribe();
  const listen = async (receive: (frames: Buffer[]) => void) => {
    for await (const message of messages) receive(message);
  };
  return {
    messages,
    port: 0,
    send: () => {},
    listen: (receive) => void listen(receive),
    [Symbol.asyncDispose]: async () => {},
  };
}
