import type { CheckRequest, CheckResult, Completions, TypedSource } from "./type-checker.ts";

/** Questions that the worker answers, one at a time and in order. */
export interface TypeQuestions {
  check: { params: CheckRequest; result: CheckResult };
  redeclared: { params: TypedSource; result: readonly string[] };
  complete: { params: TypedSource & { readonly offset: number }; result: Completions };
  inspect: { params: TypedSource & { readonly offset: number }; result: string | undefined };
  continuation: { params: { readonly source: string }; result: string | undefined };
}

export type TypeQuestion = {
  [Kind in keyof TypeQuestions]: { readonly kind: Kind; readonly params: TypeQuestions[Kind]["params"] };
}[keyof TypeQuestions];

/** To the worker. */
export type ToWorker = TypeQuestion & { readonly id: number };

/** From the worker: `opened` once the compiler is warm, then one answer a question. */
export type FromWorker =
  | { readonly kind: "opened" }
  | { readonly kind: "answer"; readonly id: number; readonly result: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly message: string };
