import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { channelUrl } from "../../protocol/channel-url.ts";
import type { ClientConnection } from "../../protocol/connection-file.ts";
import { Deferred } from "../../protocol/deferred.ts";
import { thisHost } from "../../transport/this-host.ts";
import { readClientFile } from "./connection-files.ts";

/** How long a controller that is about to end may take, and how often it is asked. */
const patienceMs = 2000;
const pollMs = 100;
const answerMs = 500;

/** Every ZMTP peer says these bytes first, with a length of eight bytes between (ZMTP 3.1, "Greeting"). */
const greeting = { first: 0xff, last: 0x7f, length: 10 };

/**
 * Waits until nobody listens where a client file leads.
 * @throws when a controller does and stays: its files must not be replaced under its engines
 */
export async function expectNoRival(clientFile: string): Promise<void> {
  const connection = readClientFile(clientFile);
  if (!connection) return;
  const startMs = performance.now();
  while (await isListening(connection)) {
    if (performance.now() - startMs > patienceMs)
      throw new Error(
        `A controller already runs for this profile and cluster id: it listens on ${connection.interface}, ` +
          `as ${clientFile} says. Stop it with \`ipcluster stop\`, or give this one another --cluster-id.`,
      );
    await sleep(pollMs);
  }
}

/** Another program may have got one of the ports since, but not two. */
async function isListening(connection: ClientConnection): Promise<boolean> {
  const reader = thisHost();
  const answers = [connection.registration, connection.mux].map((port) =>
    speaksZmtp(new URL(channelUrl(connection, port, reader))),
  );
  return (await Promise.all(answers)).every(Boolean);
}

async function speaksZmtp({ hostname, port }: URL): Promise<boolean> {
  const answered = new Deferred<boolean>();
  const socket = connect({ host: hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(port), timeout: answerMs });
  const heard: Buffer[] = [];
  socket.on("data", (bytes) => {
    heard.push(bytes);
    const said = Buffer.concat(heard);
    if (said.length >= greeting.length)
      answered.resolve(said[0] === greeting.first && said[greeting.length - 1] === greeting.last);
  });
  for (const event of ["error", "timeout", "close"]) socket.on(event, () => answered.resolve(false));
  try {
    return await answered.promise;
  } finally {
    socket.destroy();
  }
}
