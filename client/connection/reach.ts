import type { ClientChannels } from "../client-channels.ts";
import type { ConnectionService } from "../connection-service.ts";
import { ConnectError, TimeoutError } from "../errors/failures.ts";
import { type WaitOptions, waitFor } from "../results/wait-options.ts";

/**
 * Waits for the hub's answer.
 * @throws {ConnectError} when there is none
 */
export async function reach(
  connection: ConnectionService,
  channels: ClientChannels,
  options: WaitOptions & { readonly address: string; readonly timeoutMs: number },
): Promise<void> {
  const advice = "If it has ended, start a new one, for example with `ipcluster start -n 4`.";
  const refused = channels.refused.then((refusal) => {
    if (refusal === "nobody") throw new ConnectError(`No controller listens at ${options.address}. ${advice}`);
    throw new ConnectError(
      `The controller at ${options.address} refuses the encryption that the connection file asks for: it is not that controller's current file.`,
    );
  });
  try {
    await waitFor(Promise.race([connection.open(), refused]), options, () => {
      return `No controller answers at ${options.address} after ${options.timeoutMs / 1000} s. ${advice}`;
    });
  } catch (error) {
    throw error instanceof TimeoutError ? new ConnectError(error.message) : error;
  }
}
