import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette } from "@jupyterlab/apputils";
import { ISettingRegistry } from "@jupyterlab/settingregistry";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { addClustersCommands, commandIds } from "./clusters-commands.ts";
import { ClustersPanel } from "./clusters-panel.ts";
import { ClustersService } from "./clusters-service.ts";
import { ClustersSettings } from "./clusters-settings.ts";

/** `<package>:<file in schema/>`, as JupyterLab finds the settings' schema. */
const pluginId = "tsparallel:clusters";
/** Below the file browser, the running sessions and the table of contents. */
const rank = 500;

const plugin: JupyterFrontEndPlugin<void> = {
  id: pluginId,
  description: "Starts, stops and watches clusters of parallel engines.",
  autoStart: true,
  optional: [ILayoutRestorer, ICommandPalette, ISettingRegistry, ITranslator],
  activate,
};
export default plugin;

function activate(
  app: JupyterFrontEnd,
  restorer: ILayoutRestorer | null,
  palette: ICommandPalette | null,
  registry: ISettingRegistry | null,
  optionalTranslator: ITranslator | null,
): void {
  const translator = optionalTranslator ?? nullTranslator;
  const trans = translator.load("tsparallel");
  const settings = new ClustersSettings();
  const service = new ClustersService(app.serviceManager, settings);
  const panel = new ClustersPanel({
    service,
    translator,
    onRequest: ({ action, id }) => void app.commands.execute(commandIds[action], { id }),
  });
  addClustersCommands({ app, panel, service, trans }, palette);
  app.shell.add(panel, "left", { rank, type: "Clusters" });
  restorer?.add(panel, panel.id);
  // The page goes without the widgets' being disposed: the kernel need not push to it any longer.
  window.addEventListener("pagehide", () => service.dispose());
  registry
    ?.load(pluginId)
    .then((loaded) => settings.follow(loaded))
    .catch((error: unknown) => console.warn("The Clusters panel uses its default settings:", error));
}
