import type { TranslationBundle } from "@jupyterlab/translation";
import { type ISignal, Signal } from "@lumino/signaling";
import { h, VirtualDOM, type VirtualElement } from "@lumino/virtualdom";
import { Widget } from "@lumino/widgets";
import { clusterRow, enginesOf } from "./cluster-row.ts";
import { type ClusterAction, isUntouched, type Link } from "./clusters-model.ts";
import type { ClustersService } from "./clusters-service.ts";

/** A button of a row was used. */
export interface ClusterRequest {
  readonly id: string;
  readonly action: ClusterAction;
}

/** Draws the service's state and turns clicks and keys into requests. */
export class ClusterList extends Widget {
  readonly #service: ClustersService;
  readonly #trans: TranslationBundle;
  readonly #requested = new Signal<this, ClusterRequest>(this);

  constructor(service: ClustersService, trans: TranslationBundle) {
    super();
    this.addClass("tsp-Clusters-content");
    this.#service = service;
    this.#trans = trans;
    service.stateChanged.connect(() => this.update());
    for (const type of ["click", "keydown", "input"]) this.node.addEventListener(type, this);
  }

  get requested(): ISignal<this, ClusterRequest> {
    return this.#requested;
  }

  handleEvent(event: Event): void {
    const from = event.target;
    if (!(from instanceof HTMLElement)) return;
    const row = from.closest<HTMLElement>(".tsp-Cluster");
    const id = row?.dataset["id"];
    if (row === null || id === undefined) return;
    if (event.type === "input" && from instanceof HTMLInputElement) this.#service.chooseEngines(id, enginesOf(from));
    if (event.type === "click") this.#onClick(from, id);
    if (event instanceof KeyboardEvent) this.#onKey(event, from, row);
  }

  protected override onUpdateRequest(): void {
    VirtualDOM.render(this.#content(), this.node);
  }

  #onClick(from: HTMLElement, id: string): void {
    const button = from.closest("button");
    if (button === null || button.getAttribute("aria-disabled") === "true") return;
    this.#requested.emit({ id, action: button.dataset["action"] === "stop" ? "stop" : "start" });
  }

  /** Up and down go from row to row, Enter in the number field starts. */
  #onKey(event: KeyboardEvent, from: HTMLElement, row: HTMLElement): void {
    if (from instanceof HTMLInputElement) {
      if (event.key === "Enter") row.querySelector<HTMLElement>("button[data-action=start]")?.click();
      return;
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const next = event.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
    if (next instanceof HTMLElement) next.focus();
    event.preventDefault();
  }

  #content(): VirtualElement[] {
    const trans = this.#trans;
    const { state, rows } = this.#service;
    const items = rows.map((row) => clusterRow(row, trans));
    const list = h.ul({ key: "list", className: "tsp-Clusters-list", "aria-label": trans.__("Clusters") }, items);
    return [...this.#notice(state.link), list, ...(isUntouched(state) ? [this.#hint()] : [])];
  }

  /** What to do where nothing has been done yet. */
  #hint(): VirtualElement {
    const trans = this.#trans;
    return h.div(
      { key: "hint", className: "tsp-Clusters-hint" },
      h.p(trans.__("Start gives you a cluster of parallel engines. A notebook reaches it with")),
      h.code('import { Client } from "tsparallel";\nconst rc = await Client.connect();'),
      h.p(trans.__("A cluster of another profile is started in a terminal with")),
      h.code("ipcluster start --profile=NAME"),
    );
  }

  #notice(link: Link): VirtualElement[] {
    const trans = this.#trans;
    switch (link.kind) {
      case "connected":
        return [];
      case "connecting":
        return [
          h.div(
            { key: "notice", className: "tsp-Clusters-notice", role: "status", "aria-busy": "true" },
            h.span({ className: "tsp-Clusters-spinner", "aria-hidden": "true" }),
            trans.__("Connecting to the clusters kernel…"),
          ),
        ];
      case "kernel-missing":
        return [
          problem(
            trans.__(
              "The kernel “%1” is not installed for this Jupyter server. Install it, then press Refresh:",
              link.kernel,
            ),
            h.code("tsparallel install --user"),
          ),
        ];
      case "failed":
        return [problem(link.problem)];
    }
  }
}

function problem(...content: h.Child[]): VirtualElement {
  return h.div({ key: "notice", className: "tsp-Clusters-notice tsp-mod-problem", role: "alert" }, ...content);
}
