import { inspect } from "node:util";
import { afterEach, expect, test } from "vitest";
import { CompositeError } from "../../../../client/errors/composite-error.ts";
import {
  DependencyTimeout,
  EngineError,
  remoteError,
  TaskAborted,
  UnmetDependency,
} from "../../../../client/errors/failures.ts";
import { RemoteError, type RemoteFailure } from "../../../../client/errors/remote-error.ts";
import { AbortedTask } from "../../../../client/index.ts";
import { mimeBundle } from "../../../../runtime/display/mime-bundle.ts";
import { errorReport } from "../../../../runtime/evaluate/traceback.ts";

const thrown = (id: number, evalue = "x is not a function"): RemoteFailure => ({
  ename: "TypeError",
  evalue,
  traceback: [`TypeError: ${evalue}`, "    at cell [3]:1:5"],
  engine: { id, uuid: `u${id}` },
  method: "execute",
});

afterEach(() => {
  CompositeError.tbLimit = 5;
});

test("a remote error names the engine, and its stack is the engine's", () => {
  const error = remoteError(thrown(2));
  expect(error).toBeInstanceOf(RemoteError);
  expect(error.name).toBe("RemoteError");
  expect(error.message).toBe("[2:execute]: TypeError: x is not a function");
  expect(error.stack).toBe("RemoteError: [2:execute]: TypeError: x is not a function\n    at cell [3]:1:5");
  expect([error.ename, error.evalue, error.engine]).toEqual(["TypeError", "x is not a function", 2]);
  expect(error.engineInfo).toEqual({ engineId: 2, engineUuid: "u2", method: "execute" });
  expect(inspect(error)).toBe("[2:execute]:\nTypeError: x is not a function\n    at cell [3]:1:5");
});

test("a Python traceback is shown line by line", () => {
  const failure = { ...thrown(0), traceback: ["---------\nZeroDivisionError  Traceback\n", "----> 1 1/0\n"] };
  expect(remoteError(failure).traceback).toEqual(["---------", "ZeroDivisionError  Traceback", "----> 1 1/0"]);
});

test("failures that no engine's code threw have classes of their own", () => {
  const failure = { evalue: "", traceback: [], method: "apply" };
  expect(remoteError({ ...failure, ename: "EngineError", evalue: "engine 3 died" })).toBeInstanceOf(EngineError);
  expect(remoteError({ ...failure, ename: "TaskAborted" })).toBeInstanceOf(TaskAborted);
  const late = remoteError({ ...failure, ename: "TaskTimeout" });
  expect(late).toBeInstanceOf(DependencyTimeout);
  expect(late).toBeInstanceOf(UnmetDependency);
  expect(late.message).toBe("The task waited longer than its timeoutMs for an engine.");
  expect(late.name).toBe("DependencyTimeout");
});

test("a class of the user that is called EngineError is still a remote error", () => {
  const error = remoteError({ ...thrown(1), ename: "EngineError" });
  expect(error).not.toBeInstanceOf(EngineError);
});

test("a composite error lists its engines, and shows as many as its limit", () => {
  const error = new CompositeError(
    "execute",
    [0, 1, 2, 3].map((id) => remoteError(thrown(id, "a is not defined"))),
  );
  expect(error).toBeInstanceOf(RemoteError);
  expect(error.message.split("\n")).toEqual([
    "one or more errors from: execute",
    "[0:execute]: TypeError: a is not defined",
    "[1:execute]: TypeError: a is not defined",
    "[2:execute]: TypeError: a is not defined",
    "[3:execute]: TypeError: a is not defined",
  ]);
  expect(error.stack?.split("\n").slice(0, 4)).toEqual([
    "CompositeError: one or more errors from: execute",
    "[0:execute]:",
    "TypeError: a is not defined",
    "    at cell [3]:1:5",
  ]);
  CompositeError.tbLimit = 1;
  expect(error.renderTraceback()).toEqual([
    "CompositeError: one or more errors from: execute",
    "[0:execute]:",
    "TypeError: a is not defined",
    "    at cell [3]:1:5",
    "",
    "... 3 more exceptions ...",
  ]);
});

test("within something else, an error is shown in short", () => {
  const error = remoteError(thrown(2));
  const composite = new CompositeError(
    "apply",
    [0, 1, 2, 3].map((id) => remoteError(thrown(id))),
  );
  expect(inspect([error, composite])).toBe("[ <RemoteError[2]: TypeError(x is not a function)>, CompositeError(4) ]");
  const aborted = remoteError({ ename: "TaskAborted", evalue: "it was aborted", traceback: [], method: "apply" });
  expect(inspect({ aborted })).toBe("{ aborted: <TaskAborted: it was aborted> }");
});

test("a cell whose value is a composite error shows its name and size; thrown, it shows its tracebacks", async () => {
  const composite = new CompositeError("apply", [remoteError(thrown(0)), remoteError(thrown(1))]);
  expect(await mimeBundle(composite)).toEqual({ "text/plain": "CompositeError(2)" });
  expect(errorReport(composite).traceback).toContain("[1:execute]:");
});

test("what was thrown has the names that Python gives it", () => {
  const error = remoteError(thrown(2));
  expect([error.ename, error.evalue, error.msg]).toEqual(["TypeError", "x is not a function", "x is not a function"]);
  expect(AbortedTask).toBe(TaskAborted);
});

test("a single error of several can be shown or thrown", () => {
  const error = new CompositeError("apply", [remoteError(thrown(0)), remoteError(thrown(1, "second"))]);
  expect(error.renderTraceback(1)).toEqual(["[1:execute]:", "TypeError: second", "    at cell [3]:1:5"]);
  expect(() => error.raiseException(1)).toThrow(error.elist[1]);
  expect(() => error.raiseException(2)).toThrow(new RangeError("There is no error 2: the list has 2."));
  expect([error.ename, error.evalue]).toEqual(["CompositeError", "one or more errors from: apply"]);
});

test("what the hub refused names the hub; what nobody is known to have done names an engine, as the manual has it", () => {
  const refused = { ename: "KeyError", evalue: "no such id", traceback: [], method: "result_request" };
  expect(remoteError(refused).message).toBe("[hub]: KeyError: no such id");
  expect(remoteError({ ...refused, method: "apply" }).message).toBe("[Engine Exception] KeyError: no such id");
});
