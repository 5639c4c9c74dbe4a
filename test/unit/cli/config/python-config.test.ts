import { expect, test } from "vitest";
import { readPythonConfig } from "../../../../cli/config/python-config.ts";

/** The manual's own example of a controller behind a login node. */
const manual = `# Configuration file for ipcontroller.

c = get_config()  #noqa

# allow connections on all interfaces from engines
c.HubFactory.ip = '*'
import socket
hostname = socket.gethostname()
ex_ip = socket.gethostbyname_ex(hostname)[-1][-1]
c.HubFactory.location = ex_ip

# now instruct clients to use the login node for SSH tunnels:
c.HubFactory.ssh_server = 'login.mycluster.net'
c.MongoDB.connection_kwargs = {
    # where the server is
    'host': 'db',  # by name
    'port': 27017,
}
if True:
    c.HeartMonitor.period = 1

    c.HeartMonitor.period = 2
c.HeartMonitor.period = 200; c.TaskScheduler.hwm = \\
    0
`;

test("literals are taken, all else is named by its line", () => {
  expect(readPythonConfig(manual)).toEqual({
    assignments: [
      { trait: "HubFactory.ip", value: "*" },
      { trait: "HubFactory.ssh_server", value: "login.mycluster.net" },
      { trait: "MongoDB.connection_kwargs", value: { host: "db", port: 27017 } },
      { trait: "HeartMonitor.period", value: 200 },
      { trait: "TaskScheduler.hwm", value: 0 },
    ],
    warnings: [
      "line 8: this is not c.Class.trait = a literal: ignored",
      "line 9: this is not c.Class.trait = a literal: ignored",
      'line 10: the value of c.HubFactory.location is not a literal ("ex_ip" is not a literal): ignored',
      "line 19: this is not c.Class.trait = a literal: ignored",
    ],
  });
});

test("strings may hold what looks like code, and comments what looks like strings", () => {
  const source = `c.Session.key = 'a#b;c[' # it's
"""A docstring with
c.Session.key = 'not this'
"""
c.IPController.ssh_server = "x"`;
  expect(readPythonConfig(source)).toEqual({
    assignments: [
      { trait: "Session.key", value: "a#b;c[" },
      { trait: "IPController.ssh_server", value: "x" },
    ],
    warnings: [],
  });
});

test("an empty file, or one with comments alone, says nothing", () => {
  expect(readPythonConfig("")).toEqual({ assignments: [], warnings: [] });
  expect(readPythonConfig("# c.IPController.ip = '*'\n\n  # more\n")).toEqual({ assignments: [], warnings: [] });
});

test("what only looks like an assignment is refused", () => {
  const { assignments, warnings } = readPythonConfig("c.A.b += [1]\nc.A.b == 1\nc.A.b.append(2)\nHubFactory.ip = '*'");
  expect(assignments).toEqual([]);
  expect(warnings).toHaveLength(4);
});
