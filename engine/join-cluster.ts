import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../cli/logger.ts";
import type { EngineConnection } from "../protocol/connection-file.ts";
import { registrationUrl } from "./engine-channels.ts";
import type { EngineSettings } from "./engine-settings.ts";
import { findConnection, type Surroundings } from "./find-connection.ts";
import { type Registered, register, type Silence } from "./registration.ts";

/** A place in a cluster. */
export interface Membership {
  readonly connection: EngineConnection;
  readonly registered: Registered;
}

const mostAttempts = 3;
const firstPauseMs = 500;

/**
 * Finds the controller and registers with it. An attempt without an answer is followed by another, with a new uuid and
 * the connection file read anew: the controller may just be starting, or starting again.
 * @throws {RegistrationRefused} when the hub says no; an Error that says where nobody answered
 */
export async function joinCluster(
  settings: EngineSettings,
  surroundings: Surroundings,
  log: Logger,
  signal?: AbortSignal,
): Promise<Membership> {
  const timeoutMs = settings.timeout * 1000;
  let url = "";
  let silence: Silence = "no-answer";
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    if (attempt > 0) {
      log.warn(`${describe(silence, url, settings.timeout)}; trying again.`);
      await sleep(firstPauseMs * 2 ** (attempt - 1), undefined, signal ? { signal } : {});
    }
    const connection = await findConnection(settings, surroundings, signal);
    url = registrationUrl(connection);
    const registered = await register({ connection, url, id: settings.id, timeoutMs }, signal);
    if (typeof registered !== "string") return { connection, registered };
    silence = registered;
  }
  if (silence === "wrong-encryption")
    throw new Error(`${describe(silence, url, settings.timeout)}: the connection file is not its current one.`);
  throw new Error(
    `No controller answers at ${url}: is it running, and can this machine reach it? Start it with \`ipcluster start\`, or give it an address that engines reach with \`--ip\`.`,
  );
}

function describe(silence: Silence, url: string, timeoutS: number): string {
  if (silence === "no-answer") return `No answer from the controller at ${url} within ${timeoutS} s`;
  return `The controller at ${url} refuses the encryption that this engine was told to use`;
}
