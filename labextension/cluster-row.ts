import type { TranslationBundle } from "@jupyterlab/translation";
import { h, type VirtualElement } from "@lumino/virtualdom";
import type { RowView } from "./clusters-model.ts";

/** Most engines the number field takes, as the settings' schema says. */
const mostEngines = 1024;

/** One cluster of the list. All text is text: names and problems come from files and engines. */
export function clusterRow(row: RowView, trans: TranslationBundle): VirtualElement {
  return h.li(
    {
      key: row.id,
      className: "tsp-Cluster",
      tabindex: "0",
      dataset: { id: row.id, state: row.state },
      "aria-label": `${row.id}: ${stateText(row, trans)}`,
      "aria-busy": String(row.isBusy),
    },
    h.div(
      { className: "tsp-Cluster-head" },
      h.span({ className: "tsp-Cluster-light", "aria-hidden": "true" }),
      h.span({ className: "tsp-Cluster-name", title: row.id }, row.profile),
      row.clusterId === "" ? null : h.span({ className: "tsp-Cluster-id" }, row.clusterId),
      h.span({ className: "tsp-Cluster-engines" }, trans._n("%1 engine", "%1 engines", row.engines)),
    ),
    h.div(
      { className: "tsp-Cluster-foot" },
      h.span({ className: "tsp-Cluster-state", role: "status" }, stateText(row, trans)),
      ...controls(row, trans),
    ),
    row.problem === undefined ? null : h.div({ className: "tsp-Cluster-problem", role: "alert" }, row.problem),
  );
}

function controls(row: RowView, trans: TranslationBundle): VirtualElement[] {
  const showsStart = row.state === "stopped" || row.state === "error";
  const start = button({ action: "start", label: trans.__("Start"), isOn: row.canStart, row });
  const stop = button({ action: "stop", label: trans.__("Stop"), isOn: row.canStop, row });
  if (!showsStart) return [stop];
  return row.state === "error" ? [engineField(row, trans), start, stop] : [engineField(row, trans), start];
}

function engineField(row: RowView, trans: TranslationBundle): VirtualElement {
  return h.input({
    key: "engines",
    className: "tsp-Cluster-field jp-mod-styled",
    type: "number",
    min: "1",
    max: String(mostEngines),
    value: String(row.toStart),
    title: trans.__("Engines to start"),
    "aria-label": trans.__("Engines to start for %1", row.id),
  });
}

interface ButtonOptions {
  readonly action: "start" | "stop";
  readonly label: string;
  readonly isOn: boolean;
  readonly row: RowView;
}

/** `aria-disabled` instead of `disabled`, so that a button keeps the keyboard's focus while its row is busy. */
function button({ action, label, isOn, row }: ButtonOptions): VirtualElement {
  return h.button(
    {
      key: action,
      className: `tsp-Cluster-button jp-mod-styled ${action === "start" ? "jp-mod-accept" : "jp-mod-reject"}`,
      dataset: { action },
      "aria-label": `${label} ${row.id}`,
      "aria-disabled": String(!isOn),
    },
    label,
  );
}

/** The state in words. */
function stateText(row: RowView, trans: TranslationBundle): string {
  switch (row.state) {
    case "stopped":
      return trans.__("stopped");
    case "starting":
      return trans.__("starting…");
    case "running":
      return trans.__("running");
    case "stopping":
      return trans.__("stopping…");
    case "error":
      return trans.__("error");
  }
}

/** The number that a row's field holds, brought within bounds. */
export function enginesOf(field: HTMLInputElement): number {
  const n = Math.trunc(field.valueAsNumber);
  return Number.isNaN(n) ? 1 : Math.min(Math.max(n, 1), mostEngines);
}
