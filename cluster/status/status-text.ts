import { type Paint, printable } from "../../cli/log/record-text.ts";
import { countedEngines } from "../counted-engines.ts";
import type { ClusterStatus, EngineStatus } from "./cluster-status.ts";

const unknown = "–";

/** A status for people, without a newline at its end. */
export function statusText(status: ClusterStatus, paint: Paint): string {
  const { profile, clusterId, engines, unassigned, tasksFinished, problems } = status;
  const id = clusterId === "" ? "" : `, cluster id "${clusterId}"`;
  const finished = tasksFinished === null ? [] : [`${tasksFinished} finished`];
  return [
    `Cluster of profile "${profile}"${id}: ${countedEngines(engines.length)}`,
    `controller  ${controllerText(status)}`,
    `tasks       ${[`${unassigned} wait for an engine`, ...finished].join(", ")}`,
    ...(status.db ? [`database    ${databaseText(status.db)}`] : []),
    ...(engines.length > 0 ? ["", ...engineTable(engines, paint)] : []),
    ...(problems.length > 0 ? ["", paint("Problems:", "red"), ...problems.map((each) => `  ${printable(each)}`)] : []),
  ].join("\n");
}

function controllerText({ address, controller }: ClusterStatus): string {
  const { version, pid, uptimeS, memoryMib, processor, clients } = controller;
  return [
    address,
    ...(pid === null ? [] : [`process ${pid}`]),
    ...(uptimeS === null ? [] : [`up ${durationText(uptimeS)}`]),
    ...(memoryMib === null ? [] : [memoryText(memoryMib)]),
    ...(processor === null ? [] : [`${percentText(processor)} CPU`]),
    ...(clients === null ? [] : [clients === 1 ? "1 client" : `${clients} clients`]),
    version === null ? "of another make: it tells no more" : `version ${version}`,
  ].join(", ");
}

function databaseText({ name, backlog, isDegraded }: NonNullable<ClusterStatus["db"]>): string {
  return [name, ...(backlog > 0 ? [`${backlog} changes to write`] : []), ...(isDegraded ? ["degraded"] : [])].join(
    ", ",
  );
}

const columns = [
  "ID",
  "LANGUAGE",
  "STATE",
  "QUEUE",
  "TASKS",
  "COMPLETED",
  "MEMORY",
  "CPU",
  "HEARD",
  "PROCESS",
] as const;
/** Words stand left, numbers right. */
const isWord: ReadonlySet<string> = new Set(["LANGUAGE", "STATE"]);
const stateColours = { busy: "green", idle: "dim", silent: "red" } as const;

function engineTable(engines: readonly EngineStatus[], paint: Paint): readonly string[] {
  const rows = engines.map(cellsOf);
  const widths = columns.map((column, at) => Math.max(column.length, ...rows.map((cells) => cells[at]?.length ?? 0)));
  const line = (cells: readonly string[]): string[] =>
    cells.map((cell, at) => {
      const width = widths[at] ?? 0;
      return isWord.has(columns[at] ?? "") ? cell.padEnd(width) : cell.padStart(width);
    });
  const body = engines.map(({ state }, index) => {
    const cells = line(rows[index] ?? []);
    return cells.map((cell, at) => (columns[at] === "STATE" ? paint(cell, stateColours[state]) : cell)).join("  ");
  });
  return [paint(line(columns).join("  "), "dim"), ...body];
}

function cellsOf(engine: EngineStatus): readonly string[] {
  const { id, language, state, queue, tasks, completed, memoryMib, processor, lastHeardS, pid } = engine;
  return [
    String(id),
    printable(language ?? unknown),
    state,
    ...[queue, tasks, completed].map(String),
    memoryMib === null ? unknown : memoryText(memoryMib),
    processor === null ? unknown : percentText(processor),
    lastHeardS === null ? unknown : `${lastHeardS.toFixed(1)} s`,
    pid === null ? unknown : String(pid),
  ];
}

const memoryText = (mib: number): string => `${Math.round(mib)} MB`;
const percentText = (share: number): string => `${Math.round(share * 100)} %`;

/** The two greatest units: `2 d 3 h`, `5 min 0 s`. */
export function durationText(seconds: number): string {
  const whole = Math.floor(seconds);
  const parts = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor(whole / 3600) % 24, "h"],
    [Math.floor(whole / 60) % 60, "min"],
    [whole % 60, "s"],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  const shown = first < 0 ? parts.slice(-1) : parts.slice(first, first + 2);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(" ");
}
