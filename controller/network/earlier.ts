import type { Logger } from "../../cli/logger.ts";
import type { ClientConnection } from "../../protocol/connection-file.ts";
import { openPacker } from "../../protocol/open-packer.ts";
import type { clusterPaths } from "../../protocol/profile-paths.ts";
import { Signer } from "../../protocol/signature.ts";
import type { CurveKeys } from "../../transport/curve.ts";
import type { ControllerOptions } from "../options.ts";
import { earlierKeys } from "../security/server-keys.ts";
import { type Connections, readConnectionFiles } from "./connection-files.ts";
import { isLoopback } from "./interfaces.ts";

/** What is used again of a controller that ran before. */
export interface Earlier {
  readonly connections: Connections;
  /** With which it encrypted; `undefined` where it did not. */
  readonly keys: CurveKeys | undefined;
}

/** An earlier controller's connections, where its files are whole and private and its keys are known. */
export async function readEarlier(
  options: ControllerOptions,
  paths: ReturnType<typeof clusterPaths>,
  log: Logger,
): Promise<Earlier | undefined> {
  const files = readConnectionFiles(paths);
  if (files.kind === "missing") {
    log.info("there are no connection files to reuse yet");
    return undefined;
  }
  try {
    if (files.kind === "unusable") throw new Error(files.reason);
    const { client, engine } = files.connections;
    await expectKnown(client, paths.clientFile);
    const isLocal = [client, engine].every((connection) => isLoopback(connection.interface));
    const encryption = { serverKey: client.curve_serverkey, isLocal, file: paths.curveFile };
    return { connections: files.connections, keys: earlierKeys(options, encryption) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.error(`wrote new connection files, as those of the earlier controller cannot be used again: ${reason}`);
    return undefined;
  }
}

/** @throws where an earlier controller, perhaps ipyparallel's, packed or signed as this one cannot */
async function expectKnown(client: ClientConnection, file: string): Promise<void> {
  await openPacker(client, file);
  new Signer(client.key, client.signature_scheme).sign([]);
}
