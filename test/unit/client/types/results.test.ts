import { expectTypeOf, test } from "vitest";
import type { CompositeError } from "../../../../client/errors/composite-error.ts";
import type { RemoteError } from "../../../../client/errors/remote-error.ts";
import type { AsyncHubResult } from "../../../../client/hub/hub-result.ts";
import type { RichOutput } from "../../../../client/requests/output-piece.ts";
import type { TaskMetadata } from "../../../../client/requests/task-metadata.ts";
import type { AsyncMapResult, AsyncResult } from "../../../../client/results/async-result.ts";

declare const one: AsyncResult<number, "one">;
declare const oneArray: AsyncResult<number[], "one">;
declare const many: AsyncResult<string[], "many">;
declare const map: AsyncMapResult<{ readonly x: number }>;
declare const typed: AsyncResult<Float64Array, "many">;
declare const hub: AsyncHubResult<number, "one">;

/** Only for the compiler: never called. */
const calls = {
  awaited: async () => [await one, await many] as const,
  got: () => [one.get(), many.get({ timeoutMs: 1 }), map.get({ returnWhen: "firstError" })] as const,
  result: () => [one.result, many.r] as const,
  errors: () =>
    [one.get({ returnErrors: true }), map.get({ returnErrors: true }), hub.get({ returnErrors: true })] as const,
  dict: () => [one.getDict(), many.getDict()] as const,
  at: () => [one.at(0), oneArray.at(0), many.at(-1), map.at(2), typed.at(0)] as const,
  slice: () => [many.slice(0, 1), typed.slice()] as const,
  wait: () =>
    [one.wait({ returnWhen: "first" }), many.waitInteractive({ intervalMs: 1, returnWhen: "firstError" })] as const,
  metadata: () => [one.metadata, many.metadata] as const,
  outputs: () => [one.outputs, many.outputs, many.engineId] as const,
  items: async () => {
    for await (const item of oneArray) return item;
    return undefined;
  },
  mapItems: async () => {
    for await (const item of map) return item;
    return undefined;
  },
};
type Calls = { [Key in keyof typeof calls]: ReturnType<(typeof calls)[Key]> };

test("values, items and errors of results have their types", () => {
  expectTypeOf<Awaited<Calls["awaited"]>>().toEqualTypeOf<readonly [number, string[]]>();
  expectTypeOf<Calls["got"]>().toEqualTypeOf<
    readonly [Promise<number>, Promise<string[]>, Promise<{ readonly x: number }[]>]
  >();
  expectTypeOf<Calls["result"]>().toEqualTypeOf<readonly [number, string[]]>();
  expectTypeOf<Calls["errors"]>().toEqualTypeOf<
    readonly [
      Promise<number | RemoteError>,
      Promise<({ readonly x: number } | RemoteError)[]>,
      Promise<number | RemoteError>,
    ]
  >();
  expectTypeOf<Calls["dict"]>().toEqualTypeOf<
    readonly [Promise<Record<number, number>>, Promise<Record<number, string>>]
  >();
  expectTypeOf<Calls["at"]>().toEqualTypeOf<readonly [number, number[], string, { readonly x: number }, number]>();
  expectTypeOf<Calls["slice"]>().toEqualTypeOf<readonly [string[], number[]]>();
  expectTypeOf<Calls["wait"]>().toEqualTypeOf<readonly [Promise<boolean>, Promise<boolean>]>();
  expectTypeOf<Awaited<Calls["items"]>>().toEqualTypeOf<number[] | undefined>();
  expectTypeOf<Awaited<Calls["mapItems"]>>().toEqualTypeOf<{ readonly x: number } | undefined>();
});

test("what is known of one engine is a value, of several an array", () => {
  expectTypeOf<Calls["metadata"]>().toEqualTypeOf<readonly [TaskMetadata, TaskMetadata[]]>();
  expectTypeOf<Calls["outputs"]>().toEqualTypeOf<
    readonly [readonly RichOutput[], (readonly RichOutput[])[], (number | undefined)[]]
  >();
});

test("an error of several is a remote error, with those of its parts", () => {
  expectTypeOf<CompositeError>().toExtend<RemoteError>();
  expectTypeOf<CompositeError["elist"]>().toEqualTypeOf<readonly RemoteError[]>();
  expectTypeOf<TaskMetadata["error"]>().toEqualTypeOf<RemoteError | undefined>();
});

test("wrong questions do not compile", () => {
  const wrong = () => {
    // @ts-expect-error waits end with all, with the first or with the first error
    void one.wait({ returnWhen: "any" });
    // @ts-expect-error the first value alone is no result
    void one.get({ returnWhen: "first" });
    // @ts-expect-error times are milliseconds
    void one.get({ timeout: 1 });
    // @ts-expect-error results are not changed
    one.result = 2;
    // @ts-expect-error items have places, not names
    many.at("first");
  };
  expectTypeOf(wrong).toBeFunction();
});
