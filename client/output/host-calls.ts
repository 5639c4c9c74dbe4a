import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { can } from "../../canning/can.ts";
import { withOwnFrames } from "../../canning/lent-frames.ts";
import { codecOf, seal } from "../../canning/seal.ts";
import { currentHost } from "../../protocol/host.ts";

/**
 * Takes back what the running cell has shown. In a terminal nothing can be taken back.
 * @param options `wait`: only when the next output comes, so that it does not flicker
 */
export function clearOutput({ wait = false }: { readonly wait?: boolean } = {}): void {
  currentHost()?.publish("clear_output", { wait });
}

/**
 * On an engine: sends values to the client that waits for the running request, where `AsyncResult.data` collects them,
 * later ones over earlier ones. So a client sees how far a long computation is. Values are taken as they are now, arrays
 * copied.
 * @throws {Error} elsewhere
 * @throws {CanningError} when a value cannot travel
 */
export function publishData(values: Readonly<Record<string, unknown>>): void {
  const host = currentHost();
  if (!host?.publishData)
    throw new Error("publishData works on an engine, in a function or cell that a client runs there.");
  host.publishData((session) => {
    const codec = codecOf(session);
    const buffers = withOwnFrames(can(values, { codec, variables: host.variables }), Number.POSITIVE_INFINITY);
    return { buffers, metadata: { canning: seal(buffers, session.signer, codec) } };
  });
}

/**
 * Asks the user for a line of text, below the running cell or in the terminal.
 * @param options `password`: do not show what is typed
 * @throws {Error} on an engine, where nobody sits
 */
export async function prompt(text = "", { password = false }: { readonly password?: boolean } = {}): Promise<string> {
  const host = currentHost();
  if (host?.input) return host.input(text, { password });
  if (host) throw new Error("An engine cannot ask the user: ask in the notebook and push the answer.");
  return askTerminal(text, password);
}

async function askTerminal(text: string, password: boolean): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const { stdin, stdout } = process;
  const lines = createInterface({ input: stdin, output: password ? silent : stdout, terminal: stdin.isTTY });
  try {
    if (!password) return await lines.question(text);
    stdout.write(text);
    const answer = await lines.question("");
    stdout.write("\n");
    return answer;
  } finally {
    lines.close();
  }
}

/** Tells the user something that is no error, under the running cell where there is one. */
export function notify(text: string): void {
  const host = currentHost();
  if (host) host.publish("stream", { name: "stderr", text: `${text}\n` });
  else process.emitWarning(text);
}
