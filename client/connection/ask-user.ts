import { currentHost } from "../../protocol/host.ts";
import type { Ask } from "../../transport/ssh/ssh-session.ts";
import { prompt } from "../output/host-calls.ts";

/**
 * Answers what ssh asks: a password that is given already first, then the user, below the cell or in the terminal.
 * `undefined` where there is nobody to ask.
 */
export function askUser(password: string | undefined): Ask | undefined {
  const user = canAsk() ? askPerson : undefined;
  if (password === undefined) return user;
  let unused: string | undefined = password;
  return async (question) => {
    if (unused !== undefined && isSecret(question)) {
      const given = unused;
      unused = undefined;
      return given;
    }
    if (!user) throw new Error("the server refuses `sshPassword`, or wants more than it, and nobody is there to ask.");
    return user(question);
  };
}

function canAsk(): boolean {
  const host = currentHost();
  return host ? host.input !== undefined : process.stdin.isTTY;
}

const askPerson: Ask = (question) => prompt(question, { password: isSecret(question) });

/** Passwords and passphrases, but not whether to trust a server's key. */
const isSecret = (question: string): boolean => !/\(yes\/no/.test(question);
