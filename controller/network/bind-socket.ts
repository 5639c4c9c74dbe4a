import type { Logger } from "../../cli/logger.ts";
import type { ZmqChannel } from "../../transport/zmq-channel.ts";

/** How often a free port is tried where one socket needs the same on two interfaces. */
const randomTries = 5;

export interface BindPlan {
  /** `tcp://` and an interface, each; one port serves them all. */
  readonly urls: readonly string[];
  /** Tried in turn; used up, any free port does if `orAny`. */
  readonly ports: Iterable<number>;
  readonly orAny: boolean;
  readonly log: Logger;
}

/**
 * Binds a socket to the first port that it can have.
 * @throws naming the address, where there is none or the interface is not this machine's
 */
export async function bindSocket(channel: ZmqChannel, { urls, ports, orAny, log }: BindPlan): Promise<void> {
  let taken: unknown;
  for (const port of withRandom(ports, orAny)) {
    try {
      await bindAll(channel, urls, port);
      return;
    } catch (error) {
      if (!isTaken(error)) throw error;
      taken = error;
      if (orAny && port !== 0) log.warn(`port ${port} is taken by another program: trying the next`);
    }
  }
  const message = taken instanceof Error ? taken.message : "There is no port to listen on";
  throw new Error(`${message}. End the program that has this port, or choose others with --port or --ports.`, {
    cause: taken,
  });
}

function* withRandom(ports: Iterable<number>, orAny: boolean): Generator<number> {
  yield* ports;
  if (orAny) for (let count = 0; count < randomTries; count++) yield 0;
}

async function bindAll(channel: ZmqChannel, [first = "", ...more]: readonly string[], port: number): Promise<void> {
  await channel.bind(`${first}:${port}`);
  const bound = [`${first}:${channel.port}`];
  try {
    for (const url of more) {
      await channel.bind(`${url}:${channel.port}`);
      bound.push(`${url}:${channel.port}`);
    }
  } catch (error) {
    for (const url of bound) await channel.unbind(url);
    throw error;
  }
}

function isTaken(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE";
}
