/** As the manual has it; the others are for a Dask whose programs are not on the path. */
const usual: readonly string[] = ["dask scheduler", "python3 -m dask scheduler", "python -m dask scheduler"];

/** @returns commands that may start a Dask scheduler, each in words: what was asked for or, where that is the default, several */
export function daskCommands(asked: string): readonly (readonly string[])[] {
  return (asked === usual[0] ? usual : [asked]).map(words);
}

/** Words are parted by blanks, unless quotes hold them together. */
const words = (command: string): string[] =>
  [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? "",
  );
