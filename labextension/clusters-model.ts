import type { ClusterRow, ClusterState } from "../protocol/clusters-rpc.ts";

/** How the panel stands with the kernel that knows the clusters. */
export type Link =
  | { readonly kind: "connecting" }
  | { readonly kind: "connected" }
  /** The Jupyter server has no kernelspec of this name. */
  | { readonly kind: "kernel-missing"; readonly kernel: string }
  | { readonly kind: "failed"; readonly problem: string };

export type ClusterAction = "start" | "stop";

/** Everything that the panel shows, and nothing else. */
export interface ClustersState {
  readonly link: Link;
  /** Undefined until the first answer; kept while the link is down. */
  readonly rows: readonly ClusterRow[] | undefined;
  /** Clicked but not yet confirmed by the kernel, so that a row is busy at once. */
  readonly requested: ReadonlyMap<string, ClusterAction>;
  /** Why the last request for a row was refused, where the row itself does not say. */
  readonly refusals: ReadonlyMap<string, string>;
  /** Engines to start, where the user chose another number than the settings'. */
  readonly chosen: ReadonlyMap<string, number>;
}

export type ClustersEvent =
  | { readonly kind: "link-changed"; readonly link: Link }
  | { readonly kind: "rows-received"; readonly rows: readonly ClusterRow[] }
  | { readonly kind: "action-requested"; readonly id: string; readonly action: ClusterAction }
  | { readonly kind: "action-done"; readonly id: string; readonly row: ClusterRow }
  | { readonly kind: "action-failed"; readonly id: string; readonly problem: string }
  | { readonly kind: "engines-chosen"; readonly id: string; readonly engines: number };

export const initialState: ClustersState = {
  link: { kind: "connecting" },
  rows: undefined,
  requested: new Map(),
  refusals: new Map(),
  chosen: new Map(),
};

/** The state after an event. States are never changed in place. */
export function nextState(state: ClustersState, event: ClustersEvent): ClustersState {
  switch (event.kind) {
    case "link-changed":
      // Requests under way when the link breaks are lost: the next rows tell what became of them.
      return { ...state, link: event.link, requested: event.link.kind === "connected" ? state.requested : new Map() };
    case "rows-received":
      return { ...state, link: { kind: "connected" }, rows: event.rows };
    case "action-requested":
      return {
        ...state,
        requested: withEntry(state.requested, event.id, event.action),
        refusals: without(state.refusals, event.id),
      };
    case "action-done":
      return { ...state, requested: without(state.requested, event.id), rows: withRow(state.rows ?? [], event.row) };
    case "action-failed":
      return {
        ...state,
        requested: without(state.requested, event.id),
        refusals: withEntry(state.refusals, event.id, event.problem),
      };
    case "engines-chosen":
      return { ...state, chosen: withEntry(state.chosen, event.id, event.engines) };
  }
}

/** A row as it is drawn. */
export interface RowView {
  readonly id: string;
  readonly profile: string;
  readonly clusterId: string;
  readonly state: ClusterState;
  readonly engines: number;
  readonly isBusy: boolean;
  readonly problem: string | undefined;
  readonly canStart: boolean;
  readonly canStop: boolean;
  /** Engines that Start would start. */
  readonly toStart: number;
}

/** The profile that is offered where there is none: starting its cluster makes it. */
const firstRow: ClusterRow = { id: "default", profile: "default", clusterId: "", state: "stopped", engines: 0 };

/** The rows to draw; the first profile where none exists yet, nothing before the first answer. */
export function rowViews(state: ClustersState, defaultEngines: number): readonly RowView[] {
  if (state.rows === undefined) return [];
  const rows = state.rows.length > 0 ? state.rows : [firstRow];
  return rows.map((row) => rowView(state, row, defaultEngines));
}

/** Whether the person may be new here: nothing but one cluster that does not run. */
export function isUntouched(state: ClustersState): boolean {
  return state.rows !== undefined && rowViews(state, 1).every((row, i) => i === 0 && row.state === "stopped");
}

function rowView(state: ClustersState, row: ClusterRow, defaultEngines: number): RowView {
  const shown = shownState(row.state, state.requested.get(row.id));
  const isConnected = state.link.kind === "connected";
  return {
    id: row.id,
    profile: row.profile,
    clusterId: row.clusterId,
    state: shown,
    engines: row.engines,
    isBusy: shown === "starting" || shown === "stopping",
    problem: shown === "error" ? row.problem : state.refusals.get(row.id),
    canStart: isConnected && (shown === "stopped" || shown === "error"),
    // A start may be cut short; after an error, Stop clears away what is left.
    canStop: isConnected && (shown === "running" || shown === "starting" || shown === "error"),
    toStart: state.chosen.get(row.id) ?? defaultEngines,
  };
}

function shownState(state: ClusterState, requested: ClusterAction | undefined): ClusterState {
  if (requested === "start") return state === "running" || state === "stopping" ? state : "starting";
  if (requested === "stop") return state === "stopped" ? state : "stopping";
  return state;
}

function withRow(rows: readonly ClusterRow[], row: ClusterRow): readonly ClusterRow[] {
  const isListed = rows.some(({ id }) => id === row.id);
  return isListed ? rows.map((old) => (old.id === row.id ? row : old)) : [...rows, row];
}

function withEntry<Value>(map: ReadonlyMap<string, Value>, key: string, value: Value): ReadonlyMap<string, Value> {
  return new Map(map).set(key, value);
}

function without<Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> {
  return new Map([...map].filter(([other]) => other !== key));
}
