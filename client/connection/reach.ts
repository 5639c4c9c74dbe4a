import type { ClientChannels, Refusal } from "../client-channels.ts";
import type { ConnectionService } from "../connection-service.ts";
import { ConnectError, TimeoutError } from "../errors/failures.ts";
import { type WaitOptions, waitFor } from "../results/wait-options.ts";

/** Where the hub should be, for those who do not find it there. */
export interface Site {
  readonly address: string;
  /** What is known to be in the way. */
  readonly obstacle: () => string | undefined;
  /** What to do about it. */
  readonly advice: () => Promise<string>;
}

type Reaching = WaitOptions & { readonly site: Site; readonly timeoutMs: number };

/**
 * Waits for the hub's answer.
 * @throws {ConnectError} when there is none
 */
export async function reach(connection: ConnectionService, channels: ClientChannels, options: Reaching): Promise<void> {
  const opened = connection.open().then(() => "open" as const);
  const outcome = await waitFor(Promise.race([opened, channels.refused]), options, () => "").catch((error: unknown) => {
    if (error instanceof TimeoutError) return "silence" as const;
    throw error;
  });
  if (outcome !== "open") throw new ConnectError(await unreached(outcome, options));
}

async function unreached(outcome: Refusal | "silence", { site, timeoutMs }: Reaching): Promise<string> {
  const { address } = site;
  const [obstacle, advice] = [site.obstacle(), await site.advice()];
  if (obstacle !== undefined) return `No controller answers at ${address}: ${obstacle} ${advice}`;
  switch (outcome) {
    case "nobody":
      return `No controller listens at ${address}. ${advice}`;
    case "encryption":
      return `The controller at ${address} refuses the encryption that the connection file asks for: it is not that controller's current file.`;
    case "silence":
      return `No controller answers at ${address} after ${timeoutMs / 1000} s. ${advice}`;
  }
}
