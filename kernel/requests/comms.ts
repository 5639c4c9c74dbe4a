import type { JsonObject, JsonValue } from "../../protocol/json.ts";

/** What takes comms of one target. */
export interface CommTarget {
  open(commId: string, send: (message: JsonObject) => void): void;
  message(commId: string, content: unknown): void;
  close(commId: string): void;
}

/** Publishes a comm message on iopub. */
export type PublishComm = (type: "comm_msg" | "comm_close", content: JsonObject) => void;

/** Comms that front ends have opened to this kernel (Jupyter messaging 5.4, "Custom messages"). */
export class Comms {
  readonly #targets: Readonly<Record<string, CommTarget>>;
  readonly #publish: PublishComm;
  readonly #open = new Map<string, { readonly targetName: string; readonly target: CommTarget }>();

  constructor(targets: Readonly<Record<string, CommTarget>>, publish: PublishComm) {
    this.#targets = targets;
    this.#publish = publish;
  }

  /** Handles `comm_open`, `comm_msg` and `comm_close`. A target that is not known is closed at once, as the protocol says. */
  handle(type: string, content: JsonObject): void {
    const commId = text(content["comm_id"]);
    if (type === "comm_open") this.#openComm(commId, text(content["target_name"]));
    else if (type === "comm_msg") this.#open.get(commId)?.target.message(commId, content["data"]);
    else this.#close(commId);
  }

  /** Content of the reply to a `comm_info_request`. */
  list(targetName: JsonValue | undefined): JsonObject {
    const wanted = [...this.#open].filter(([, comm]) => !targetName || comm.targetName === targetName);
    const comms = Object.fromEntries(wanted.map(([id, comm]) => [id, { target_name: comm.targetName }]));
    return { status: "ok", comms };
  }

  #openComm(commId: string, targetName: string): void {
    const target = Object.hasOwn(this.#targets, targetName) ? this.#targets[targetName] : undefined;
    if (!target) {
      this.#publish("comm_close", { comm_id: commId, data: {} });
      return;
    }
    this.#open.set(commId, { targetName, target });
    target.open(commId, (data) => this.#publish("comm_msg", { comm_id: commId, data }));
  }

  #close(commId: string): void {
    this.#open.get(commId)?.target.close(commId);
    this.#open.delete(commId);
  }
}

const text = (value: JsonValue | undefined): string => (typeof value === "string" ? value : "");
