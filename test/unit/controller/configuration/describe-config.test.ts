import { expect, test } from "vitest";
import { checkOptions } from "../../../../cli/command-line.ts";
import { describeConfig } from "../../../../controller/configuration/describe-config.ts";
import { program } from "../../../../controller/options.ts";
import { parseJson } from "../../../../protocol/json.ts";

const options = checkOptions(program, { key: "secret-1", mongoUrl: "mongodb://me:secret-2@db.example.org", hwm: 3 });
const configuration = { options, profile: "/p", origins: { hwm: "the command line" }, warnings: [] };

test("every option is shown with its value and source", () => {
  expect(describeConfig(configuration, false)).toMatch(/^ {2}--hwm +3 {2}\(the command line\)$/m);
  expect(parseJson(describeConfig(configuration, true))).toMatchObject({
    profileDir: "/p",
    options: { hwm: { value: 3, from: "the command line" }, ping: { value: 3000, from: "default" } },
  });
});

test.each([true, false])("keys and passwords are not shown (as JSON: %s)", (asJson) => {
  const text = describeConfig(configuration, asJson);
  expect(text).not.toContain("secret-");
  expect(text).toContain("mongodb://me:…@db.example.org");
});
