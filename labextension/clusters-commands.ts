import type { JupyterFrontEnd } from "@jupyterlab/application";
import { Dialog, type ICommandPalette, InputDialog, showDialog } from "@jupyterlab/apputils";
import type { TranslationBundle } from "@jupyterlab/translation";
import { refreshIcon, runIcon, stopIcon } from "@jupyterlab/ui-components";
import type { ReadonlyPartialJSONObject } from "@lumino/coreutils";
import { clustersIcon } from "./clusters-icon.ts";
import type { RowView } from "./clusters-model.ts";
import type { ClustersPanel } from "./clusters-panel.ts";
import type { ClustersService } from "./clusters-service.ts";

/** Names under which other extensions, shortcuts and menus reach the panel. */
export const commandIds = {
  show: "tsparallel:show-clusters",
  refresh: "tsparallel:refresh-clusters",
  /** Arguments: `id` of the cluster (else the user is asked) or `isClicked` (the context menu's), `n` engines. */
  start: "tsparallel:start-cluster",
  /** Arguments: `id` or `isClicked`, as for `start`. */
  stop: "tsparallel:stop-cluster",
} as const;

export interface ClustersCommandsOptions {
  readonly app: JupyterFrontEnd;
  readonly panel: ClustersPanel;
  readonly service: ClustersService;
  readonly trans: TranslationBundle;
}

/** Registers the commands, and lists them in the palette where there is one. */
export function addClustersCommands(options: ClustersCommandsOptions, palette: ICommandPalette | null): void {
  const { app, panel, service, trans } = options;
  const { commands } = app;
  commands.addCommand(commandIds.show, {
    label: trans.__("Show Clusters"),
    icon: clustersIcon,
    execute: () => app.shell.activateById(panel.id),
  });
  commands.addCommand(commandIds.refresh, {
    label: trans.__("Refresh Clusters"),
    icon: refreshIcon,
    execute: () => service.refresh(),
  });
  commands.addCommand(commandIds.start, {
    label: trans.__("Start Cluster"),
    icon: runIcon,
    isEnabled: (args) => isUnknown(service) || candidates(options, args, "canStart").length > 0,
    execute: async (args) => {
      if (isUnknown(service)) return app.shell.activateById(panel.id);
      const row = await choose(trans.__("Start Cluster"), candidates(options, args, "canStart"), trans);
      const n = args["n"];
      if (row !== undefined) await service.start(row.id, typeof n === "number" ? n : row.toStart);
    },
  });
  commands.addCommand(commandIds.stop, {
    label: trans.__("Stop Cluster"),
    icon: stopIcon,
    isEnabled: (args) => isUnknown(service) || candidates(options, args, "canStop").length > 0,
    execute: async (args) => {
      if (isUnknown(service)) return app.shell.activateById(panel.id);
      const row = await choose(trans.__("Stop Cluster"), candidates(options, args, "canStop"), trans);
      if (row !== undefined && (await confirmStop(row, trans))) await service.stop(row.id);
    },
  });
  for (const command of Object.values(commandIds)) palette?.addItem({ command, category: trans.__("Clusters") });
  service.stateChanged.connect(() => {
    commands.notifyCommandChanged(commandIds.start);
    commands.notifyCommandChanged(commandIds.stop);
  });
}

/** The panel has not been looked at yet: a command then only shows it, which starts the kernel that knows more. */
const isUnknown = (service: ClustersService): boolean => service.state.rows === undefined;

/** The rows that a command may mean: the one it names, the one right-clicked, or all that it can be done to. */
function candidates(
  { app, service }: ClustersCommandsOptions,
  args: ReadonlyPartialJSONObject,
  can: "canStart" | "canStop",
): readonly RowView[] {
  const id = args["id"] ?? (args["isClicked"] === true ? clickedId(app) : undefined);
  return service.rows.filter((row) => row[can] && (id === undefined || row.id === id));
}

/** The row for which the context menu is open. Lab remembers it afterwards too, so only menu items may ask. */
function clickedId(app: JupyterFrontEnd): string {
  return app.contextMenuHitTest((node) => node.classList.contains("tsp-Cluster"))?.dataset["id"] ?? "";
}

async function choose(title: string, rows: readonly RowView[], trans: TranslationBundle): Promise<RowView | undefined> {
  if (rows.length < 2) return rows[0];
  const items = rows.map((row) => row.id);
  const chosen = await InputDialog.getItem({ title, label: trans.__("Cluster"), items });
  return chosen.button.accept ? rows.find((row) => row.id === chosen.value) : undefined;
}

/** Asks before engines lose what they hold; where there is none yet, or an error is cleared away, it need not. */
async function confirmStop(row: RowView, trans: TranslationBundle): Promise<boolean> {
  if (row.engines === 0) return true;
  const answer = await showDialog({
    title: trans.__("Stop the cluster “%1”?", row.id),
    body: trans._n(
      "Its engine ends, and what it holds in memory is lost.",
      "Its %1 engines end, and what they hold in memory is lost.",
      row.engines,
    ),
    buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__("Stop") })],
  });
  return answer.button.accept;
}
