import type { ITranslator } from "@jupyterlab/translation";
import { PanelWithToolbar, refreshIcon, SidePanel, ToolbarButton } from "@jupyterlab/ui-components";
import { ClusterList, type ClusterRequest } from "./cluster-list.ts";
import { clustersIcon } from "./clusters-icon.ts";
import type { ClustersService } from "./clusters-service.ts";

export interface ClustersPanelOptions {
  readonly service: ClustersService;
  readonly translator: ITranslator;
  /** What the buttons of a row do. */
  readonly onRequest: (request: ClusterRequest) => void;
}

/** The Clusters tab of the left sidebar. It looks at the clusters only while it is seen. */
export class ClustersPanel extends SidePanel {
  readonly #service: ClustersService;

  constructor({ service, translator, onRequest }: ClustersPanelOptions) {
    super({ translator });
    const trans = translator.load("tsparallel");
    this.#service = service;
    this.id = "tsparallel-clusters";
    this.addClass("tsp-Clusters");
    this.title.icon = clustersIcon;
    this.title.caption = trans.__("Clusters");
    this.node.setAttribute("role", "region");
    this.node.setAttribute("aria-label", trans.__("Clusters"));

    const list = new ClusterList(service, trans);
    list.requested.connect((_, request) => onRequest(request));
    // A SidePanel shows the toolbar of a PanelWithToolbar in it, not one of its own.
    const section = new PanelWithToolbar();
    section.title.label = trans.__("Clusters");
    section.toolbar.node.setAttribute("aria-label", trans.__("Clusters toolbar"));
    section.toolbar.addItem(
      "refresh",
      new ToolbarButton({ icon: refreshIcon, tooltip: trans.__("Refresh"), onClick: () => service.refresh() }),
    );
    section.addWidget(list);
    this.addWidget(section);
  }

  /** Puts the keyboard's focus on the first row. */
  protected override onActivateRequest(): void {
    this.node.querySelector<HTMLElement>(".tsp-Cluster")?.focus();
  }

  protected override onAfterShow(): void {
    this.#service.refresh();
  }

  protected override onAfterHide(): void {
    this.#service.rest();
  }
}
