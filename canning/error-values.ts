import type { Properties, StandInRecord } from "./records.ts";

type ErrorRecord = Extract<StandInRecord, { kind: "error" }>;

/** Built-in classes of errors; an error of another class arrives as the nearest of these, with its name kept. */
const classes = new Map<string, new (message?: string) => Error>(
  Object.entries({ Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError }),
);

export function errorRecord(error: Error): ErrorRecord {
  const message = Object.getOwnPropertyDescriptor(error, "message") ? error.message : undefined;
  const { stack } = error as { stack?: unknown };
  return {
    kind: "error",
    type: typeOf(error),
    name: String(error.name),
    message: error instanceof DOMException ? error.message : message === undefined ? undefined : String(message),
    stack: typeof stack === "string" ? stack : undefined,
  };
}

/** Its own properties but message and stack; `cause` and `errors` are hidden as on every error. */
export function errorProperties(error: Error): Pick<Properties, "enumerable" | "hidden"> {
  const enumerable: Record<string, unknown> = {};
  const hidden: Record<string, unknown> = {};
  for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(error))) {
    if (key === "stack" || key === "message" || !("value" in property)) continue;
    (property.enumerable ? enumerable : hidden)[key] = property.value;
  }
  return { enumerable, hidden };
}

function typeOf(error: Error): string {
  if (error instanceof DOMException) return "DOMException";
  if (error instanceof AggregateError) return "AggregateError";
  for (const [name, errorClass] of classes) if (name !== "Error" && error instanceof errorClass) return name;
  return "Error";
}

/** The error without its properties, which come when all objects are there. */
export function revivedError(record: ErrorRecord): Error {
  const error = blankError(record);
  if (error.name !== record.name) hide(error, "name", record.name);
  if (record.stack === undefined) Reflect.deleteProperty(error, "stack");
  else hide(error, "stack", record.stack);
  return error;
}

function blankError({ type, name, message }: ErrorRecord): Error {
  if (type === "DOMException") return new DOMException(message, name);
  if (type === "AggregateError") {
    const error = new AggregateError([], message);
    Reflect.deleteProperty(error, "errors"); // It comes as a property.
    return error;
  }
  const errorClass = classes.get(type) ?? Error;
  return message === undefined ? new errorClass() : new errorClass(message);
}

function hide(error: Error, key: string, value: string): void {
  Object.defineProperty(error, key, { value, enumerable: false, writable: true, configurable: true });
}
