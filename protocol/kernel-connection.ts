import { z } from "zod";
import { InvalidConnection } from "./connection-file.ts";
import { firstIssue } from "./messages/hub.ts";

const port = z.int().min(0).max(65_535);

/**
 * A kernel's connection file (Jupyter client 8, "Connection files"): where its five sockets listen.
 * Port 0 stands for any free port.
 */
const kernelConnection = z.looseObject({
  transport: z.enum(["tcp", "ipc"]).default("tcp"),
  ip: z.string().default("127.0.0.1"),
  shell_port: port,
  iopub_port: port,
  stdin_port: port,
  control_port: port,
  hb_port: port,
  key: z.string(),
  signature_scheme: z.string().default("hmac-sha256"),
});
export type KernelConnection = z.infer<typeof kernelConnection>;

/**
 * @param where the file's path, for the message
 * @throws {InvalidConnection} naming the file and the first field at fault
 */
export function parseKernelConnection(value: unknown, where: string): KernelConnection {
  const parsed = kernelConnection.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InvalidConnection(`${where} is not a kernel's connection file: ${firstIssue(parsed.error)}.`);
}

/** Address of one of its sockets, as zeromq takes it. */
export function kernelUrl(connection: KernelConnection, port: number): string {
  const separator = connection.transport === "tcp" ? ":" : "-";
  return `${connection.transport}://${connection.ip}${separator}${port}`;
}
