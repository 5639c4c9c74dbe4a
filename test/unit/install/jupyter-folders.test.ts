import { expect, test } from "vitest";
import { prefixDataFolder, userDataFolder } from "../../../install/jupyter-folders.ts";

test.each([
  ["linux", {}, "/home/ann/.local/share/jupyter"],
  ["linux", { XDG_DATA_HOME: "/data" }, "/data/jupyter"],
  ["linux", { JUPYTER_DATA_DIR: "/jupyter", XDG_DATA_HOME: "/data" }, "/jupyter"],
  ["linux", { JUPYTER_PLATFORM_DIRS: "1" }, "/home/ann/.local/share/jupyter"],
  ["darwin", {}, "/home/ann/Library/Jupyter"],
  ["darwin", { JUPYTER_PLATFORM_DIRS: "1" }, "/home/ann/Library/Application Support/Jupyter"],
  ["darwin", { JUPYTER_PLATFORM_DIRS: "0" }, "/home/ann/Library/Jupyter"],
] as const)("on %s with %j a person's data folder is %s", (platform, env, folder) => {
  expect(userDataFolder({ platform, env, home: "/home/ann" })).toBe(folder);
});

test("on Windows the data folder is below %APPDATA%", () => {
  const windows = { platform: "win32", home: "C:\\Users\\ann" } as const;
  const appData = "C:\\Users\\ann\\AppData\\Roaming";
  expect(userDataFolder({ ...windows, env: { APPDATA: appData } })).toBe(`${appData}\\jupyter`);
  expect(userDataFolder({ ...windows, env: {} })).toBe("C:\\Users\\ann\\.jupyter\\data");
});

test("a prefix keeps Jupyter's files below share", () => {
  expect(prefixDataFolder("/opt/venv", "linux")).toBe("/opt/venv/share/jupyter");
});
