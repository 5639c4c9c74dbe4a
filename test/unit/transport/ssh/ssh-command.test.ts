import { expect, test } from "vitest";
import { sshArguments } from "../../../../transport/ssh/ssh-command.ts";

const manner = { mayAsk: false, connectTimeoutMs: 10_000 };
const forward = { localPort: 4001, host: "10.0.1.5", port: 5001 };
/** What follows the options that are always there. */
const wordsAfter = (args: readonly string[], word: string) => args.slice(args.indexOf(word));

test("ports are bound on the loopback interface only, and lead to the host as the server calls it", () => {
  expect(wordsAfter(sshArguments({ server: "login" }, [forward], manner), "-L")).toEqual([
    "-L",
    "127.0.0.1:4001:10.0.1.5:5001",
    "--",
    "login",
  ]);
});

test("server, user and port are told apart, in IPv6 too", () => {
  const ends = (server: string) => wordsAfter(sshArguments({ server }, [], manner), "-T").slice(-4);
  expect(ends("me@login:2222")).toEqual(["-p", "2222", "--", "me@login"]);
  expect(ends("me@[fe80::1]:22")).toEqual(["-p", "22", "--", "me@fe80::1"]);
  expect(ends("::1").slice(-2)).toEqual(["--", "::1"]);
  expect(sshArguments({ server: "a" }, [{ ...forward, host: "::1" }], manner)).toContain("127.0.0.1:4001:[::1]:5001");
});

test("a server that looks like an option is none", () => {
  expect(sshArguments({ server: "-oProxyCommand=evil" }, [], manner).slice(-2)).toEqual(["--", "-oProxyCommand=evil"]);
});

test("nothing is asked where nobody can answer, and a key that is named is the only one", () => {
  expect(sshArguments({ server: "a" }, [], manner)).toContain("BatchMode=yes");
  expect(sshArguments({ server: "a" }, [], { ...manner, mayAsk: true })).toContain("BatchMode=no");
  const args = sshArguments({ server: "a", key: "/k" }, [], manner);
  expect(args).toContain("IdentitiesOnly=yes");
  expect(wordsAfter(args, "-i").slice(0, 2)).toEqual(["-i", "/k"]);
});
