import { expect, test } from "vitest";
import { sshServerOf } from "../../../../client/connection/ssh-server.ts";

const isHere = async (location: string) => location === "here";
const far = { ssh: "login", location: "10.0.1.5", host: "10.0.1.5" };

test("the server that is named counts more than the connection file's", async () => {
  expect(await sshServerOf({ sshServer: "me@hub" }, far, isHere)).toBe("me@hub");
  expect(await sshServerOf({ sshServer: "me@hub" }, { ...far, ssh: "", location: "here" }, isHere)).toBe("me@hub");
});

test("the connection file's counts unless the controller listens on this machine's own loopback interface", async () => {
  expect(await sshServerOf({}, far, isHere)).toBe("login");
  expect(await sshServerOf({}, { ...far, host: "127.0.0.1" }, isHere)).toBe("login");
  expect(await sshServerOf({}, { ...far, host: "127.0.0.1", location: "here" }, isHere)).toBeUndefined();
  expect(await sshServerOf({}, { ...far, ssh: "" }, isHere)).toBeUndefined();
});

test("a key or a password alone asks for a tunnel through the controller's own machine", async () => {
  expect(await sshServerOf({ sshKey: "/k" }, { ...far, ssh: "" }, isHere)).toBe("10.0.1.5");
  expect(await sshServerOf({ sshPassword: "p" }, { ...far, ssh: "" }, isHere)).toBe("10.0.1.5");
});
