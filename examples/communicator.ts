/**
 * Sockets between engines: numbers go from one to another without passing the controller or the client. The notebooks beside
 * this file use it; engines need not have the file, as the class travels to them like any value.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import type { DirectView } from "tsparallel";

interface Address {
  readonly host: string;
  readonly port: number;
}

/** What has come from one engine and was not asked for yet, or the other way round. */
interface Inbox {
  readonly come: Float64Array[];
  readonly asked: ((numbers: Float64Array) => void)[];
}

/** One engine's end: it listens for the others, and has a socket to each. Ranks count the engines from 0. */
export class Communicator {
  readonly rank: number;
  readonly address: Address;
  /** Only who knows it is heard. */
  readonly #secret: string;
  readonly #server: Server;
  readonly #sockets = new Map<number, Socket>();
  readonly #inboxes = new Map<number, Inbox>();

  private constructor(rank: number, secret: string, server: Server, address: Address) {
    this.rank = rank;
    this.address = address;
    this.#secret = secret;
    this.#server = server.on("connection", (socket) => this.#listen(socket).catch(() => socket.destroy()));
  }

  /** @param host where the other engines reach this one */
  static async open(rank: number, secret: string, host: string): Promise<Communicator> {
    const server = createServer().listen(0, host);
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    return new Communicator(rank, secret, server, { host, port });
  }

  /** Opens a socket to each of the others. */
  connect(addresses: readonly Address[]): void {
    for (const [rank, { host, port }] of addresses.entries()) {
      if (rank === this.rank) continue;
      const socket = connect(port, host).setNoDelay(true);
      socket.on("error", (error) => console.error(`no socket to engine ${rank}: ${error.message}`));
      this.#sockets.set(rank, socket);
      write(socket, Buffer.from(`${this.#secret} ${this.rank}`));
    }
  }

  /** Does not wait; the numbers may be overwritten at once. */
  send(to: number, numbers: Float64Array): void {
    const socket = this.#sockets.get(to);
    if (!socket) throw new Error(`Engine ${this.rank} has no socket to ${to}: connect it first.`);
    write(socket, new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
  }

  /** Waits for the next numbers of this sender. */
  async receive(from: number): Promise<Float64Array> {
    const { come, asked } = this.#inbox(from);
    return come.shift() ?? new Promise((resolve) => asked.push(resolve));
  }

  close(): void {
    for (const socket of this.#sockets.values()) socket.end();
    this.#server.close();
  }

  #inbox(rank: number): Inbox {
    const inbox = this.#inboxes.get(rank) ?? { come: [], asked: [] };
    this.#inboxes.set(rank, inbox);
    return inbox;
  }

  async #listen(socket: Socket): Promise<void> {
    let inbox: Inbox | undefined;
    for await (const message of messages(socket)) {
      if (inbox) {
        const numbers = new Float64Array(new Uint8Array(message).buffer);
        const resolve = inbox.asked.shift();
        if (resolve) resolve(numbers);
        else inbox.come.push(numbers);
      } else {
        const [secret, rank] = message.toString().split(" ");
        if (secret !== this.#secret) throw new Error("A stranger knocked.");
        inbox = this.#inbox(Number(rank));
      }
    }
  }
}

/** A message on a socket is four bytes that tell its length, and then itself. */
function write(socket: Socket, message: Uint8Array): void {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(message.length);
  socket.write(Buffer.concat([length, message]));
}

async function* messages(socket: Socket): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let size = 0;
  let wanted = 4;
  let isLength = true;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    held.push(chunk);
    size += chunk.length;
    while (size >= wanted) {
      const all = Buffer.concat(held);
      const part = all.subarray(0, wanted);
      held = [all.subarray(wanted)];
      size -= wanted;
      wanted = isLength ? part.readUInt32LE() : 4;
      if (!isLength) yield part;
      isLength = !isLength;
    }
  }
}

/**
 * Afterwards each engine of the view has its `rank`, the `size` of their group, and `comm`, a {@link Communicator}.
 * @param hosts where each engine can be reached; `await view.apply(hostname)` where they run on several machines
 */
export async function introduce(view: DirectView<"many">, hosts?: readonly string[]): Promise<void> {
  const ranks = (await view.apply(() => process.pid)).map((_, rank) => rank);
  await view.push({ Communicator, secret: randomUUID(), size: ranks.length });
  await view.scatter("rank", ranks, { flatten: true });
  await view.scatter("host", hosts ?? ranks.map(() => "127.0.0.1"), { flatten: true });
  await view.execute("const comm = await Communicator.open(rank, secret, host)");
  await view.push({ addresses: await view.apply(() => comm.address) });
  await view.execute("comm.connect(addresses)");
}

declare const comm: Communicator;
