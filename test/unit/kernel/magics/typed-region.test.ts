import { expect, test } from "vitest";
import { typedRegion } from "../../../../kernel/magics/typed-region.ts";

const region = (code: string, offset: number) => typedRegion(code, offset, (name) => name === "px");

test("code of the notebook has its magics blanked", () => {
  expect(region("let a;\n %px b  \na.", 18)).toEqual({ state: "notebook", source: "let a;\n        \na." });
});

test("code behind %px is the engines', alone", () => {
  expect(region("let a;\n%px b.\nc", 13)).toEqual({ state: "engines", source: "      \n    b.\n " });
});

test("the body of %%px is the engines', at its place", () => {
  expect(region("\n%%px --block\nfoo.", 18)).toEqual({ state: "engines", source: "\n            \nfoo." });
});

test("an empty body is no code", () => {
  expect(region("%%px", 2)).toEqual({ state: "engines", source: "    " });
});
