import { expect, test } from "vitest";
import { type KernelConfig, kernelMagics } from "../../../../kernel/magics/kernel-magics.ts";
import { type Magic, MagicRegistry } from "../../../../kernel/magics/magic-registry.ts";

const use = (rest: string) => ({ name: "config", rest, placed: rest });
const magic: Magic = { summary: "Runs.", flags: [], line: async () => ({ value: 1 }), cell: async () => undefined };

function registryWith(...names: string[]): MagicRegistry {
  const registry = new MagicRegistry();
  registry.add(Object.fromEntries(names.map((name) => [name, magic])));
  return registry;
}

test("before any client, the parallel magics say how to connect", () => {
  const registry = new MagicRegistry();
  expect(() => registry.lookUp("px", "cell")).toThrow("const rc = await Client.connect()");
  expect(() => registry.lookUp("autopx", "line")).toThrow("const rc = await Client.connect()");
});

test("an unknown magic names the nearest, even one that no client has brought yet", () => {
  expect(() => new MagicRegistry().lookUp("pxx", "line")).toThrow("did you mean %px?");
});

test("an unknown magic names the nearest", () => {
  const registry = registryWith("px", "pxresult");
  expect(() => registry.lookUp("pxresults", "line")).toThrow("There is no magic %pxresults: did you mean %pxresult?");
  expect(() => registry.lookUp("px_odd", "line")).toThrow("There is no magic %px_odd");
});

test("a line magic used as a cell magic says so", () => {
  const registry = new MagicRegistry();
  registry.add({ lsmagic: { summary: "", flags: [], line: async () => undefined } });
  expect(() => registry.lookUp("lsmagic", "cell")).toThrow("%%lsmagic does not exist, %lsmagic does");
});

test("magics of a suffix are found beside the others", async () => {
  const registry = registryWith("px", "px_even");
  expect(await registry.lookUp("px_even", "line")(use(""))).toEqual({ value: 1 });
  expect(registry.isLineMagic("px_even")).toBe(true);
  expect(registry.isLineMagic("count")).toBe(false);
});

function kernel() {
  const config: KernelConfig = { typecheck: "error" };
  const printed: string[] = [];
  const registry = registryWith("px");
  registry.add(kernelMagics(registry, config, (text) => printed.push(text)));
  return { config, printed, registry };
}

test("%config sets how type errors are treated", async () => {
  const { config, registry } = kernel();
  await registry.lookUp("config", "line")(use('typecheck = "warn"'));
  expect(config).toEqual({ typecheck: "warn" });
});

test("%config without words shows the settings, and refuses others by name", async () => {
  const { printed, registry } = kernel();
  await registry.lookUp("config", "line")(use(""));
  expect(printed).toEqual(['typecheck = "error"']);
  await expect(registry.lookUp("config", "line")(use("colour = 1"))).rejects.toThrow(
    '%config colour = 1: the only setting is typecheck = "error" | "warn" | "off".',
  );
});

test("%lsmagic lists line and cell magics with what they do", async () => {
  const { printed, registry } = kernel();
  await registry.lookUp("lsmagic", "line")(use(""));
  expect(printed.join("\n")).toMatch(/%lsmagic +Lists the magics\.[\s\S]*%%px +Runs\./);
});
