import { expect, test } from "vitest";
import { Questions } from "../../../../transport/ssh/askpass.ts";

test("questions are found among what ssh says, in whatever pieces that comes", () => {
  const text =
    "Warning: x\n[[tsparallel asks: Password:  :tsparallel asks]]Permission denied, please try again.\n" +
    "[[tsparallel asks: two\nlines :tsparallel asks]]";
  expect(new Questions().take(text)).toEqual(["Password: ", "two\nlines"]);
  const questions = new Questions();
  expect([...text].flatMap((letter) => questions.take(letter))).toEqual(["Password: ", "two\nlines"]);
});
