import { expect, test } from "vitest";
import { failureOf, obstacleIn } from "../../../../transport/ssh/ssh-failure.ts";

const login = { server: "me@login", key: "/keys/id" };
const says = (words: string) => failureOf(login, words).message;

test("a failure names the server, what happened and what to do", () => {
  expect(says("ssh: Could not resolve hostname login: Name or service not known")).toBe(
    "No SSH tunnel through me@login: there is no machine of the name login: is the name of the SSH server right?",
  );
  expect(says("ssh: connect to host 10.0.0.1 port 22: Connection refused")).toBe(
    "No SSH tunnel through me@login: no SSH server answers at 10.0.0.1:22 (Connection refused).",
  );
  expect(says("me@login: Permission denied (publickey,password).")).toMatch(
    /it refuses the key \/keys\/id \(it takes: publickey,password\)\. Try `ssh me@login` in a terminal/,
  );
  expect(failureOf({ server: "me@login" }, "me@login: Permission denied (publickey).").message).toMatch(
    /it refuses the keys that ssh finds by itself/,
  );
  expect(says("Host key verification failed.")).toMatch(/does not know the server's key: run `ssh me@login`/);
});

test("the cause is named before what follows from it", () => {
  expect(
    says(
      "Warning: Identity file /keys/id not accessible: No such file or directory.\nme@login: Permission denied (publickey).",
    ),
  ).toBe("No SSH tunnel through me@login: the key /keys/id cannot be read (No such file or directory).");
  expect(says("@  WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!  @\nHost key verification failed.")).toMatch(
    /another key than ssh remembers/,
  );
});

test("what has no meaning here is told as ssh says it", () => {
  expect(says("kex_exchange_identification: Connection closed by remote host")).toBe(
    "No SSH tunnel through me@login: ssh ended: kex_exchange_identification: Connection closed by remote host.",
  );
  expect(says("")).toBe("No SSH tunnel through me@login: ssh ended without a word.");
});

test("a port that was taken meanwhile is told apart", () => {
  const words =
    "bind [127.0.0.1]:4001: Address already in use\nchannel_setup_fwd_listener_tcpip: cannot listen to port: 4001\n";
  expect(failureOf(login, words).isPortTaken).toBe(true);
  expect(failureOf(login, "Host key verification failed.").isPortTaken).toBe(false);
});

test("what is in the way of a tunnel that stands is the last that the server said", () => {
  expect(obstacleIn("login", "")).toBeUndefined();
  expect(obstacleIn("login", "channel 1: open failed: connect failed: Connection refused\r\n")).toBe(
    "seen from the SSH server login, nobody listens there (Connection refused).",
  );
  expect(obstacleIn("login", "channel 1: open failed: administratively prohibited: open failed")).toMatch(
    /^the SSH server login forbids forwarding/,
  );
});
