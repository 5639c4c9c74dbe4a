import type { EngineUuid } from "../../../protocol/ids.ts";
import type { FinishedTasks, Standing } from "./finished-tasks.ts";
import type { TaskRecord } from "./task-record.ts";

/**
 * How a task stands that does not run: *met*, an engine may take it; *open*, others must end first; *unreachable*,
 * nothing that can still happen lets it run (wire protocol §11.2, §11.4). Notes where the tasks that it follows have run.
 */
export function standingOf(
  record: TaskRecord,
  finished: FinishedTasks,
  isLive: (engine: EngineUuid) => boolean,
): Standing {
  const { after, follow } = record.task;
  const [time, place] = [after, follow].map((dependency) => (dependency ? finished.standing(dependency) : "met"));
  if (time === "unreachable" || place === "unreachable") return "unreachable";
  if (follow) record.places = finished.placesOf(follow);
  if (follow?.all && record.places && record.places.size > 1) return "unreachable";
  if (time === "open" || place === "open") return "open";
  if (canEverRun(record, isLive)) return "met";
  return follow && !follow.all && !finished.isSettled(follow) ? "open" : "unreachable";
}

function canEverRun({ confinedTo, placement }: TaskRecord, isLive: (engine: EngineUuid) => boolean): boolean {
  if (confinedTo === undefined || placement === undefined) return true;
  for (const engine of confinedTo) if (engine && isLive(engine) && placement(engine)) return true;
  return false;
}
