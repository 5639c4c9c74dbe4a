import { z } from "zod";
import { portNumber, readPorts } from "./port-list.ts";

const portList = z.preprocess(readPorts, z.array(portNumber)).default([]);

/** Where engines and clients connect. */
export const networkOptions = {
  ip: z.string().default("127.0.0.1").describe("Interface to listen on, * for all; loopback unless you say otherwise."),
  engineIp: z.string().optional().describe("Interface that engines connect to (default: that of --ip)."),
  clientIp: z.string().optional().describe("Interface that clients connect to (default: that of --ip)."),
  location: z
    .string()
    .optional()
    .describe("Name or address by which other machines reach this one (default: its host name)."),
  transport: z
    .enum(["tcp"], {
      error: "only tcp is spoken: engines and clients cannot connect by ipc, as they put a colon before the port",
    })
    .default("tcp")
    .describe("How engines and clients connect."),
  port: z.int().min(0).max(65_535).default(0).describe("Port for registration; 0 = one of --ports, or any free one."),
  ports: portList.describe("Ports to listen on, as 10101-10120,10200; when they are used up, any free one."),
  enginePorts: portList.describe("Ports for engines, used before those of --ports."),
  clientPorts: portList.describe("Ports for clients, used before those of --ports."),
  ssh: z.string().default("").describe("SSH server through which clients connect: [user@]host[:port]."),
  enginessh: z.string().default("").describe("SSH server through which engines connect: [user@]host[:port]."),
  reuse: z.boolean().default(false).describe("Take key and ports from existing connection files, and keep the files."),
  restore: z
    .boolean()
    .default(false)
    .describe("Take over the engines of a controller that has crashed; includes --reuse."),
};
