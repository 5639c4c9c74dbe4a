import { LabIcon } from "@jupyterlab/ui-components";
import svgstr from "#style/clusters.svg";

/** A hub and its engines: the sidebar tab, the palette and the settings show it. */
export const clustersIcon = new LabIcon({ name: "tsparallel:clusters", svgstr });
