import { expect, test } from "vitest";
import { z } from "zod";
import { configTemplate } from "../../../../cli/config/config-template.ts";
import type { Program } from "../../../../cli/program.ts";

const options = z.strictObject({
  ip: z.string().default("127.0.0.1").describe("Interface to listen on."),
  location: z.string().optional().describe("Name of this machine."),
  ports: z.array(z.int()).default([]).describe("Ports."),
  init: z.boolean().default(false).describe("Write this file."),
});

const program = {
  name: "ipexample",
  summary: "",
  options,
  groups: { Network: ["ip", "location", "ports"], Files: ["init"] },
  version: "1",
} satisfies Program<typeof options>;

test("every option stands in it as a comment, by group, with its meaning and default", () => {
  const text = configTemplate(program, { type: "ExampleConfig", module: "tsparallel/example", without: ["init"] });
  expect(text).toBe(`// Options of ipexample for this profile. The command line and the environment stand above them.
// Take the two slashes away in front of those that you set.
import type { ExampleConfig } from "tsparallel/example";

export const config = {
  // --- Network ---

  // Interface to listen on.
  // ip: "127.0.0.1",

  // Name of this machine.
  // location: undefined,

  // Ports.
  // ports: [],
} satisfies ExampleConfig;
`);
});
