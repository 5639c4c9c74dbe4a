import { expect, test } from "vitest";
import { chooseLocation } from "../../../../controller/network/location.ts";

const facts = {
  given: undefined,
  hostname: "node1",
  address: "10.0.0.5",
  addresses: ["fe80::1", "10.0.0.5"],
  isNeeded: true,
};

test("it is the host name where that leads here", () => {
  expect(chooseLocation(facts)).toEqual({ location: "node1" });
});

test("on one interface only it is the host name, whatever that means: peers connect to the interface", () => {
  expect(chooseLocation({ ...facts, address: undefined, isNeeded: false })).toEqual({ location: "node1" });
});

test("a host name that others cannot use gives way to an address that they can", () => {
  expect(chooseLocation({ ...facts, address: "127.0.1.1" })).toEqual({
    location: "10.0.0.5",
    warning:
      "the host name node1 is 127.0.1.1 here: other machines are told 10.0.0.5 instead; --location says otherwise",
  });
});

test("without any such address the user is asked for one", () => {
  expect(chooseLocation({ ...facts, address: undefined, addresses: [] })).toEqual({
    location: "node1",
    warning: "the host name node1 has no address here: other machines may not find this one; give --location",
  });
});

test("a location that was given stays, with a warning if it means nothing here", () => {
  expect(chooseLocation({ ...facts, given: "10.0.0.9" })).toEqual({ location: "10.0.0.9" });
  expect(chooseLocation({ ...facts, given: "nowhere", address: undefined })).toEqual({
    location: "nowhere",
    warning: "--location=nowhere has no address here: other machines may not find it",
  });
});
