import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Between these, a question stands in what `ssh` writes to its error output. */
const [begin, end] = ["[[tsparallel asks: ", " :tsparallel asks]]"];

/** Asks by ssh's error output, takes the answer from ssh's input, which it has for its own. */
const script = `#!/bin/sh
printf '%s' '${begin}'"$1"'${end}' >&2
IFS= read -r answer && printf '%s\\n' "$answer"
`;

/** A program that ssh asks instead of a terminal, for as long as it is held. */
export interface Askpass extends AsyncDisposable {
  /** What ssh's environment must have. */
  readonly env: Readonly<Record<string, string>>;
}

/** Answers go through pipes only: they are in no file, no environment, on no command line. */
export async function makeAskpass(): Promise<Askpass> {
  const folder = await mkdtemp(join(tmpdir(), "tsparallel-ssh-"));
  const file = join(folder, "askpass");
  await writeFile(file, script, { mode: 0o700 });
  return {
    // Before OpenSSH 8.4 a display decided, and that ssh has no terminal.
    env: { SSH_ASKPASS: file, SSH_ASKPASS_REQUIRE: "force", DISPLAY: process.env["DISPLAY"] ?? ":0" },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Finds the questions in ssh's error output, however that comes in pieces. */
export class Questions {
  #unread = "";

  /** @returns what is asked in it, in order */
  take(text: string): string[] {
    this.#unread += text;
    const asked: string[] = [];
    for (;;) {
      const from = this.#unread.indexOf(begin);
      const to = this.#unread.indexOf(end, from);
      if (from < 0 || to < 0) break;
      asked.push(this.#unread.slice(from + begin.length, to));
      this.#unread = this.#unread.slice(to + end.length);
    }
    return asked;
  }
}
