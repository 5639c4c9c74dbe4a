import type { EngineUuid, MsgId } from "../protocol/ids.ts";
import type { Frames } from "../transport/channel.ts";
import type { Outcome } from "./scheduler/tasks/task.ts";

/** A verified message that passes through a scheduler. */
export interface Passing {
  /** Not to be changed: they are on their way to a socket. */
  readonly frames: Frames;
  /** Where the delimiter is: signature, header, parent header, metadata and content follow it, then the buffers. */
  readonly at: number;
}

/** What passes between clients and engines, in order (wire protocol §9.1). Broadcasts are left out, as in ipyparallel. */
export type TrafficEvent =
  /** A direct request has gone to its engine. */
  | { readonly kind: "direct-requested"; readonly id: MsgId; readonly engine: EngineUuid; readonly message: Passing }
  | { readonly kind: "direct-answered"; readonly id: MsgId; readonly engine: EngineUuid; readonly message: Passing }
  | { readonly kind: "task-requested"; readonly id: MsgId; readonly message: Passing }
  /** Also when it is run again elsewhere. */
  | { readonly kind: "task-assigned"; readonly id: MsgId; readonly engine: EngineUuid }
  /** The answer that the client gets, the only one. `engine` is absent where the scheduler itself made it. */
  | {
      readonly kind: "task-answered";
      readonly id: MsgId;
      readonly engine: EngineUuid | undefined;
      readonly outcome: Outcome;
      readonly message: Passing;
    }
  /** An engine has published something; frame 0 is the topic. Not verified: most of it concerns nobody here. */
  | { readonly kind: "published"; readonly frames: Frames };

/** Hears what passes. On the way of every task: it must be quick and must not throw. */
export type TrafficObserver = (event: TrafficEvent) => void;
