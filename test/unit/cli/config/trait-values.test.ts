import { expect, test } from "vitest";
import { z } from "zod";
import { readTrait, readTraitText } from "../../../../cli/config/trait-values.ts";
import type { Program } from "../../../../cli/program.ts";

const options = z.strictObject({
  ip: z.string().default("127.0.0.1"),
  ports: z.array(z.int()).default([]),
  reuse: z.boolean().default(false),
  db: z.string().default("dictdb"),
});

const program = {
  name: "ipexample",
  summary: "",
  options,
  traits: {
    "IPController.ip": "ip",
    "IPController.ports": "ports",
    "IPController.reuse_files": "reuse",
    "IPController.db_class": { read: (value: unknown) => ({ db: String(value).toLowerCase() }) },
    "IPController.use_threads": { ignored: "there is one process" },
  },
  traitClasses: {
    BaseParallelApplication: { today: "IPController", isOld: false },
    HubFactory: { today: "IPController", isOld: true },
  },
  version: "1",
} satisfies Program<typeof options>;

const read = (trait: string, value: unknown) => readTrait(program, trait, value);

test("a trait is the option it stands for, in the option's type", () => {
  expect(read("IPController.ip", "*")).toEqual({ values: { ip: "*" }, warnings: [] });
  expect(read("IPController.reuse_files", "True")).toEqual({ values: { reuse: true }, warnings: [] });
  expect(read("IPController.ports", [1, 2])).toEqual({ values: { ports: [1, 2] }, warnings: [] });
  expect(read("IPController.db_class", "NoDB")).toEqual({ values: { db: "nodb" }, warnings: [] });
});

test("classes around a class, and classes that inherit, make no difference", () => {
  expect(read("Foo.IPController.ip", "*").values).toEqual({ ip: "*" });
  expect(read("BaseParallelApplication.ip", "*")).toEqual({ values: { ip: "*" }, warnings: [] });
});

test("an old name works, and says what it is called today", () => {
  expect(read("HubFactory.ip", "*")).toEqual({
    values: { ip: "*" },
    warnings: ["HubFactory.ip is an old name: write IPController.ip."],
  });
});

test("None sets nothing", () => {
  expect(read("IPController.ip", null)).toEqual({ values: {}, warnings: [] });
});

test("what has no meaning here says why; what is unknown says what was probably meant", () => {
  expect(read("IPController.use_threads", true).warnings).toEqual([
    "IPController.use_threads was ignored: there is one process.",
  ]);
  expect(read("IPController.prots", []).warnings).toEqual([
    "IPController.prots is not known here and was ignored: did you mean IPController.ports?",
  ]);
});

test.each([
  ["[10101, 10102]", [10101, 10102]],
  ["{'host': 'db'}", { host: "db" }],
  ["'quoted'", "quoted"],
  ["b'key'", "key"],
  ["None", null],
  ["12", "12"],
  ["True", "True"],
  ["10101-10120", "10101-10120"],
  ["[::1]", "[::1]"],
])("the text %s on a command line means %j", (text, value) => {
  expect(readTraitText(text)).toEqual(value);
});
