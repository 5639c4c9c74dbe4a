import type { EngineUuid, MsgId } from "../../protocol/ids.ts";
import type { ConnectionService } from "../connection-service.ts";
import { resultControls } from "../controls/result-controls.ts";
import type { FailedEngine } from "../errors/remote-error.ts";
import { History } from "../local/history.ts";
import { type TaskFlags, type WireFlags, wireFlags } from "../options/task-flags.ts";
import type { Request, RequestPlan } from "../requests/request.ts";
import { AsyncResult } from "../results/async-result.ts";
import { RequestGroup } from "../results/request-group.ts";
import { type FixedTargets, fixTargets, recipients, requireOurs } from "../targets.ts";
import { cannedCall, cannedValue } from "./canned-call.ts";

/** A function to be called on one engine. */
export interface TaskCall {
  readonly fn: unknown;
  readonly args: readonly unknown[];
}

/** What a call is for the client. */
export interface CallPlan {
  /** Items that it computes. */
  readonly size: number;
  /** Makes its value of what came back; that itself where it is left out. */
  readonly pick?: ((value: unknown, engine: FailedEngine | undefined) => unknown) | undefined;
}

/** Sends what a load-balanced view is told to send, under its flags. */
export class TaskSender {
  readonly connection: ConnectionService;
  readonly targets: FixedTargets;
  readonly flags: WireFlags;
  readonly track: boolean;
  /** What was sent under these flags and those that were made of them. */
  readonly history: History;

  constructor(
    connection: ConnectionService,
    targets: FixedTargets,
    earlier?: Pick<TaskSender, "flags" | "history" | "track">,
  ) {
    this.connection = connection;
    this.targets = targets;
    this.flags = earlier?.flags ?? {};
    this.track = earlier?.track ?? false;
    this.history = earlier?.history ?? new History();
  }

  /**
   * The same with other flags.
   * @throws {RangeError} naming a flag that makes no sense
   */
  with({ targets, track = this.track, ...flags }: TaskFlags): TaskSender {
    if (targets === undefined && track === this.track && Object.keys(flags).length === 0) return this;
    const fixed = targets === undefined ? this.targets : fixTargets(targets, this.connection.engines);
    return new TaskSender(this.connection, fixed, {
      flags: wireFlags(flags, this.flags),
      history: this.history,
      track,
    });
  }

  /** Calls a function on one engine. */
  call<T>(call: TaskCall): AsyncResult<T, "one"> {
    const group = new RequestGroup();
    group.add(this.send(call, { size: 1 }, group));
    group.seal();
    const join = ([value]: readonly unknown[]) => value as T;
    return new AsyncResult<T, "one">(group, { name: "apply", arity: "one", join, ...resultControls(this.connection) });
  }

  /** Sends a call that is, or is a part of, what a group results in. */
  send(call: TaskCall, { size, pick }: CallPlan, group: RequestGroup): Request {
    const { session, engines, requests } = this.connection;
    const targets = this.#allowed();
    const receivers = () => targets ?? [...engines.uuids.values()];
    const canned = cannedCall(call, "call", { session, sources: requests.sources.sentTo(receivers) });
    const payload = { ...canned, metadata: { lean: true, targets, ...this.flags } };
    const read: RequestPlan["read"] = (reply, { engine }) => {
      const value = cannedValue(reply, session.signer);
      return pick ? pick(value, engine && engines.locate(engine)) : value;
    };
    const { label } = this.flags;
    const plan: RequestPlan = { method: "apply", read, size, label, dependencies: this.flags, isTracked: this.track };
    const request = this.connection.requests.task(payload, plan, group);
    this.history.add(request.msgId);
    return request;
  }

  /** Message ids of what is in the history and has no reply yet, oldest first. */
  get outstanding(): readonly MsgId[] {
    const own = new Set(this.history.ids);
    return this.connection.pending.outstanding.flatMap(({ msgId }) => (own.has(msgId) ? msgId : []));
  }

  /** How many engines may run the tasks now, at least 1. */
  engineCount(): number {
    if (this.targets === "all") return Math.max(this.connection.engines.size, 1);
    return typeof this.targets === "number" ? 1 : Math.max(this.targets.length, 1);
  }

  /** Uuids of the engines that may run a task; `undefined` when any may. Engines of other languages never may. */
  #allowed(): EngineUuid[] | undefined {
    const { engines } = this.connection;
    if (this.targets === "all" && engines.areAllOurs) return undefined;
    const wanted = this.targets === "all" ? engines.ids : [this.targets].flat();
    const there = wanted.filter((id) => engines.uuid(id) !== undefined);
    if (there.length === 0) recipients(this.targets, engines);
    const ours = there.filter((id) => engines.isOurs(id));
    if (ours.length === 0) requireOurs(there, engines, "apply");
    return ours.flatMap((id) => engines.uuid(id) ?? []);
  }
}
