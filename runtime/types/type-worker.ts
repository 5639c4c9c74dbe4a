import { parentPort, workerData } from "node:worker_threads";
import type { CompilerOptions } from "./compiler.ts";
import { IdleCollector } from "./idle-collector.ts";
import { TypeChecker } from "./type-checker.ts";
import type { FromWorker, ToWorker, TypeQuestion } from "./type-questions.ts";

/* The thread of `TypeService`: opens the compiler, then answers questions. */

if (!parentPort) throw new Error("type-worker.js is a worker thread of the kernel: it cannot be run by itself.");
const port = parentPort;
const send = (message: FromWorker): void => port.postMessage(message);

const checker = new TypeChecker(workerData as CompilerOptions);
// The compiler's library is bound at the first question: ask one that nobody waits for.
checker.check({ declarations: "", source: "const warm: number = 1; warm.toFixed()", isTolerant: true });

const garbage = new IdleCollector();
garbage.collect();

port.on("message", ({ id, ...question }: ToWorker) => {
  try {
    send({ kind: "answer", id, result: answer(question) });
  } catch (error) {
    send({ kind: "failed", id, message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
  garbage.worked();
});
send({ kind: "opened" });

function answer(question: TypeQuestion): unknown {
  switch (question.kind) {
    case "check":
      return checker.check(question.params);
    case "redeclared":
      return checker.redeclared(question.params);
    case "complete":
      return checker.complete(question.params, question.params.offset);
    case "inspect":
      return checker.inspect(question.params, question.params.offset);
    case "continuation":
      return checker.continuation(question.params.source);
  }
}
