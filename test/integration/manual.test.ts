import { dirname } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { canonical } from "../support/manual/canonical.ts";
import { type Language, languages, readChapters } from "../support/manual/chapter.ts";
import { runPython } from "../support/manual/run-python.ts";
import { mark, typescriptModule } from "../support/manual/typescript-module.ts";
import { checkPrograms, runPrograms } from "../support/manual/typescript-programs.ts";
import { startPeerCluster } from "../support/python-cluster.ts";
import { RunningCluster } from "../support/running-cluster.ts";

const chapters = readChapters();
const programs = chapters.map((chapter) => ({ name: chapter.name, code: typescriptModule(chapter) }));
const engines = 4;

test("the TypeScript of the examples compiles", async () => {
  expect(await checkPrograms(programs)).toBe("");
});

let printed: Record<Language, string[][]>;
beforeAll(async () => {
  await using theirs = await startPeerCluster(engines);
  await using ours = await RunningCluster.start({ engines });
  const environment = (folder: string) => ({ ...process.env, IPYTHONDIR: folder, NO_COLOR: "1" });
  const [python, typescript] = await Promise.all([
    runPython(chapters, environment(dirname(theirs.profileDir))),
    runPrograms(programs, environment(ours.folder.path)),
  ]);
  printed = { py: python, ts: typescript.map((text) => text.split(mark).slice(1, -1)) };
}, 180_000);

for (const [index, { name, snippets }] of chapters.entries())
  describe(name, () => {
    for (const [place, { title, prints, why }] of snippets.entries())
      test(why === undefined ? title : `${title}: prints differ`, () => {
        for (const language of languages)
          expect(canonical(printed[language][index]?.[place] ?? ""), language).toBe(canonical(prints[language]));
        if (why === undefined) expect(canonical(prints.ts)).toBe(canonical(prints.py));
        else expect(canonical(prints.ts)).not.toBe(canonical(prints.py));
      });
  });
