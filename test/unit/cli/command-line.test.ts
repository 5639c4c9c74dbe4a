import { expect, test } from "vitest";
import { z } from "zod";
import { parseCommandLine } from "../../../cli/command-line.ts";
import type { Program } from "../../../cli/program.ts";

const options = z.strictObject({
  ip: z.string().default("127.0.0.1").describe("Interface to listen on."),
  scheme: z.enum(["leastload", "pure"]).default("leastload").describe("How the scheduler chooses."),
  ping: z.int().positive().max(60_000).default(3000).describe("Milliseconds between heartbeats."),
  n: z.int().positive().default(4).describe("Engines to start."),
  profileDir: z.string().optional().describe("The profile's folder."),
  logLevel: z.union([z.int(), z.enum(["debug", "info"])]).default("info"),
  curve: z.boolean().default(true).describe("Encrypt."),
  reuse: z.boolean().default(false).describe("Keep the connection files."),
  targets: z.array(z.int()).default([]).describe("Engine ids."),
});

const program = {
  name: "ipexample",
  summary: "Shows every kind of option.",
  options,
  aliases: { engines: "n" },
  positional: ["targets"],
  flags: { debug: { logLevel: "debug" } },
  traits: { "HeartMonitor.period": "ping", "IPController.reuse_files": "reuse" },
  examples: ["ipexample -n 2"],
  version: "1.2.3",
} satisfies Program<typeof options>;

const defaults = {
  ip: "127.0.0.1",
  scheme: "leastload",
  ping: 3000,
  n: 4,
  logLevel: "info",
  curve: true,
  reuse: false,
  targets: [],
};

const run = (...argv: string[]) => parseCommandLine(program, argv);

test("an empty command line gives the defaults", () => {
  expect(run()).toEqual({ kind: "run", options: defaults, given: {}, warnings: [] });
});

test.each([
  [["--profile-dir=/p"], { profileDir: "/p" }],
  [["--profile-dir", "/p"], { profileDir: "/p" }],
  [["--profile-dir=a=b"], { profileDir: "a=b" }],
  [["--ping=250"], { ping: 250 }],
  [["-n", "2"], { n: 2 }],
  [["-n2"], { n: 2 }],
  [["-n=2"], { n: 2 }],
  [["--n", "2"], { n: 2 }],
  [["--engines", "2"], { n: 2 }],
  [["--ip=10"], { ip: "10" }],
  [["--ip", "-"], { ip: "-" }],
  [["--log-level=10"], { logLevel: 10 }],
  [["--log-level", "debug"], { logLevel: "debug" }],
  [["--debug"], { logLevel: "debug" }],
  [["--reuse"], { reuse: true }],
  [["--reuse=True"], { reuse: true }],
  [["-reuse"], { reuse: true }],
  [["--no-curve"], { curve: false }],
  [["--curve=false"], { curve: false }],
  [["--targets=0,2", "--targets", "5"], { targets: [0, 2, 5] }],
  [["0", "2"], { targets: [0, 2] }],
  [["--", "3"], { targets: [3] }],
  [["--HeartMonitor.period=250"], { ping: 250 }],
  [["--HeartMonitor.period", "250"], { ping: 250 }],
  [["--IPController.reuse_files=True"], { reuse: true }],
  [["--IPController.reuse_files"], { reuse: true }],
  [["--IPController.reuse_files", "False"], { reuse: false }],
])("%j sets %j", (argv, expected) => {
  expect(run(...argv)).toEqual({ kind: "run", options: { ...defaults, ...expected }, given: expected, warnings: [] });
});

test.each([
  [["--pimg=3"], "Unknown option --pimg: did you mean --ping? See `ipexample --help`."],
  [["--no-curv"], "Unknown option --no-curv: did you mean --no-curve? See `ipexample --help`."],
  [["--zzz"], "Unknown option --zzz. See `ipexample --help`."],
  [["-q"], "Unknown option -q. See `ipexample --help`."],
  [["--ping"], "--ping needs a value: --ping N. See `ipexample --help`."],
  [["--profile-dir", "--reuse"], "--profile-dir needs a value: --profile-dir DIR. See `ipexample --help`."],
])("%j is refused by name", (argv, message) => {
  expect(() => run(...argv)).toThrow(message);
});

test.each([
  ["--ping=fast", '--ping: number expected (got "fast")'],
  ["--ping=-1", "--ping: more than 0 expected (got -1)"],
  ["--ping=1.5", "--ping: whole number expected (got 1.5)"],
  ["-n=0", "-n: more than 0 expected (got 0)"],
  ["--ping=99999", "--ping: 60000 or less expected (got 99999)"],
  ["--scheme=best", '--scheme: leastload or pure expected (got "best")'],
])("%s is refused by the option's name, with what it takes", (word, message) => {
  expect(() => run(word)).toThrow(`${message}. See \`ipexample --help\`.`);
});

test("an unknown trait of a Python peer only warns", () => {
  expect(run("--Session.username=me", "--SQLiteDB.table", "x", "-n1")).toMatchObject({
    options: { n: 1, targets: [] },
    warnings: [
      "--Session.username is not known here and was ignored.",
      "--SQLiteDB.table is not known here and was ignored.",
    ],
  });
});

test("help lists each option with its default, aliases and examples", () => {
  expect(run("--help")).toEqual({
    kind: "help",
    text: `Shows every kind of option.

Usage: ipexample [options] [TARGETS…]

Options:
  --ip IP                  Interface to listen on. (default: 127.0.0.1)
  --scheme leastload|pure  How the scheduler chooses. (default: leastload)
  --ping N                 Milliseconds between heartbeats. (default: 3000)
  -n, --engines N          Engines to start. (default: 4)
  --profile-dir DIR        The profile's folder.
  --log-level LEVEL        (default: info)
  --[no-]curve             Encrypt. (default: on)
  --reuse                  Keep the connection files.
  --targets N,…            Engine ids.
  --debug                  Short for --log-level=debug.
  -h, --help               Show this text.
  --version                Show the version.

Examples:
  ipexample -n 2`,
  });
});

test("help shows options under the headings of their groups, and no line is too long for 100 columns", () => {
  const described = z.strictObject({
    ip: options.shape.ip,
    curve: z
      .boolean()
      .optional()
      .describe(`Encrypt ${"very ".repeat(20)}well.`),
    logLevel: options.shape.logLevel,
  });
  const grouped = {
    name: "ipexample",
    summary: "Shows groups.",
    options: described,
    groups: { Network: ["ip", "curve"], Log: ["logLevel"] },
    flags: { debug: { logLevel: "debug" } },
    version: "1.2.3",
  } satisfies Program<typeof described>;
  expect(parseCommandLine(grouped, ["--help-all"])).toEqual({
    kind: "help",
    text: `Shows groups.

Usage: ipexample [options]

Options:
  -h, --help  Show this text.
  --version   Show the version.

Network:
  --ip IP       Interface to listen on. (default: 127.0.0.1)
  --[no-]curve  Encrypt very very very very very very very very very very very very very very very
                very very very very very well.

Log:
  --log-level LEVEL  (default: info)
  --debug            Short for --log-level=debug.`,
  });
});

test("the version stands alone", () => {
  expect(run("--version")).toEqual({ kind: "version", text: "1.2.3" });
});
