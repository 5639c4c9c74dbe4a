import type { Chapter } from "./chapter.ts";

/** Separates what one example printed from what the next one did. */
export const mark = "\u0001";

/** Runs an example to its end, or to the end of patience, and prints what it threw. */
const runner = `import { setTimeout as patience } from "node:timers/promises";
async function example(run: () => Promise<void>) {
  process.stdout.write(${JSON.stringify(mark)});
  const end = new AbortController();
  const late = patience(10_000, undefined, end).then(() => Promise.reject(new Error("It has no end.")));
  late.catch(() => undefined);
  await Promise.race([run(), late]).catch((error: Error) => console.log(\`Uncaught \${error.name}: \${error.message}\`));
  end.abort();
}
`;

/** Leaves the engines as they were found. An example that failed may have left a client open. */
const closing = `process.stdout.write(${JSON.stringify(mark)});
if (rc.ids.length > 0) await rc.clear();
await rc.close();
process.exit();
`;

/** The TypeScript half of a chapter as a program: each example in a scope of its own, after the chapter's opening. */
export function typescriptModule({ opening, snippets }: Chapter): string {
  const all = [opening.ts, ...snippets.map(({ code }) => code.ts)];
  // Both are allowed only at the top of a module, once; examples may repeat each other's.
  const heads = new Set(all.flatMap((code) => code.match(/^(?:import|declare) .*;$/gm) ?? []));
  const [start = "", ...bodies] = all.map((code) => code.replace(/^(?:import|declare) .*;\n/gm, ""));
  const scopes = bodies.map((body) => `await example(async () => {\n${body}});\n`);
  return [...heads, runner, start, ...scopes, closing].join("\n");
}
