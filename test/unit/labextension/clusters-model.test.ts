import { expect, test } from "vitest";
import {
  type ClustersEvent,
  type ClustersState,
  initialState,
  isUntouched,
  nextState,
  type RowView,
  rowViews,
} from "../../../labextension/clusters-model.ts";
import type { ClusterRow } from "../../../protocol/clusters-rpc.ts";

const stopped: ClusterRow = { id: "default", profile: "default", clusterId: "", state: "stopped", engines: 0 };
const running: ClusterRow = { ...stopped, state: "running", engines: 4 };
const received = (...rows: ClusterRow[]): ClustersEvent => ({ kind: "rows-received", rows });

const after = (...events: ClustersEvent[]): ClustersState => events.reduce(nextState, initialState);
/** The first row after these events, with 4 engines as the settings' number. */
function row(...events: ClustersEvent[]): RowView | undefined {
  return rowViews(after(...events), 4)[0];
}

test("nothing is listed before the first answer", () => {
  expect(rowViews(initialState, 4)).toEqual([]);
  expect(initialState.link).toEqual({ kind: "connecting" });
});

test("the first answer means that the link is up", () => {
  expect(after(received(stopped)).link).toEqual({ kind: "connected" });
});

test("where no profile exists, the default one is offered", () => {
  expect(row(received())).toMatchObject({ id: "default", state: "stopped", canStart: true, toStart: 4 });
});

test("a stopped cluster can be started, a running one stopped", () => {
  expect(row(received(stopped))).toMatchObject({ canStart: true, canStop: false, isBusy: false });
  expect(row(received(running))).toMatchObject({ canStart: false, canStop: true, isBusy: false, engines: 4 });
});

test("a row is busy from the click on, and a start can be cut short", () => {
  const click: ClustersEvent = { kind: "action-requested", id: "default", action: "start" };
  const busy = { state: "starting", isBusy: true, canStart: false, canStop: true };
  expect(row(received(stopped), click)).toMatchObject(busy);
  expect(row(received(stopped), click, received({ ...stopped, state: "starting", engines: 1 }))).toMatchObject(busy);
});

test("while it stops, nothing can be done to a cluster", () => {
  const click: ClustersEvent = { kind: "action-requested", id: "default", action: "stop" };
  expect(row(received(running), click)).toMatchObject({
    state: "stopping",
    isBusy: true,
    canStart: false,
    canStop: false,
  });
});

test("the answer's row is shown at once, before the push", () => {
  const done: ClustersEvent = { kind: "action-done", id: "default", row: running };
  const click: ClustersEvent = { kind: "action-requested", id: "default", action: "start" };
  expect(row(received(stopped), click, done)).toMatchObject({ state: "running", engines: 4, isBusy: false });
  expect(row(received(), click, done)).toMatchObject({ state: "running", engines: 4 });
});

test("a cluster in error says why, and can be started again or cleared away", () => {
  const problem = "The controller ended before it was ready.";
  expect(row(received({ ...stopped, state: "error", problem }))).toMatchObject({
    state: "error",
    problem,
    canStart: true,
    canStop: true,
  });
});

test("a refused request is shown in its row until the next one", () => {
  const refused: ClustersEvent = { kind: "action-failed", id: "default", problem: "default is running already." };
  const click: ClustersEvent = { kind: "action-requested", id: "default", action: "stop" };
  expect(row(received(running), refused)).toMatchObject({ state: "running", problem: "default is running already." });
  expect(row(received(running), refused, click)?.problem).toBeUndefined();
});

test("when the link breaks, the rows stay to be read and nothing can be done", () => {
  const click: ClustersEvent = { kind: "action-requested", id: "default", action: "start" };
  const broken: ClustersEvent = { kind: "link-changed", link: { kind: "failed", problem: "The kernel died." } };
  expect(row(received(stopped), click, broken)).toMatchObject({ state: "stopped", canStart: false, canStop: false });
  expect(row(received(stopped), click, broken, received(running))).toMatchObject({ state: "running", canStop: true });
});

test("the number of engines is the settings' until the user chooses another", () => {
  const chosen: ClustersEvent = { kind: "engines-chosen", id: "default", engines: 2 };
  expect(row(received(stopped))?.toStart).toBe(4);
  expect(row(received(stopped), chosen, received(running), received(stopped))?.toStart).toBe(2);
});

test("a person is new here while nothing but one stopped cluster is listed", () => {
  expect(isUntouched(initialState)).toBe(false);
  expect(isUntouched(after(received()))).toBe(true);
  expect(isUntouched(after(received(stopped)))).toBe(true);
  expect(isUntouched(after(received(running)))).toBe(false);
  expect(isUntouched(after(received(stopped, { ...stopped, id: "other", profile: "other" })))).toBe(false);
});
