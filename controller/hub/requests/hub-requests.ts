import type { Header } from "../../../protocol/envelope.ts";
import { engineUuid } from "../../../protocol/ids.ts";
import type { HubRequest, StatusReply } from "../../../protocol/messages/hub.ts";
import type { Answer } from "../answer.ts";
import type { DaskService } from "../dask/dask-service.ts";
import type { EngineRequests } from "../engines/engine-requests.ts";
import { loadStatus, queueStatus, type Work } from "./queue-status.ts";
import { answerDbRequest, answerHistoryRequest, answerPurgeRequest } from "./record-requests.ts";
import type { Records } from "./records.ts";
import { answerResubmitRequest, type ResubmitTools } from "./resubmit-request.ts";
import { answerResultRequest } from "./result-request.ts";

export interface HubRequestsOptions {
  readonly engines: EngineRequests;
  readonly work: Work;
  readonly records: Records;
  readonly resubmission: Omit<ResubmitTools, "records">;
  readonly dask: DaskService;
  readonly status: () => StatusReply;
  /** A client asked the controller to end. */
  readonly shutDown: (request: Header) => void;
}

/** Answers what engines and clients ask of the hub (wire protocol §6). */
export class HubRequests {
  readonly #options: HubRequestsOptions;

  constructor(options: HubRequestsOptions) {
    this.#options = options;
  }

  /** @returns `undefined` where no reply is expected @throws {Refusal} */
  answer(request: HubRequest, header: Header): Answer | undefined | Promise<Answer> {
    const { engines, work, records, resubmission, dask, status, shutDown } = this.#options;
    switch (request.type) {
      case "registration_request":
        return { type: "registration_reply", content: engines.register(request.content) };
      case "unregistration_request":
        engines.cancel(request.content.id, engineUuid(header.session));
        return undefined;
      case "connection_request":
        return { type: "connection_reply", content: engines.connect() };
      case "queue_request":
        return { type: "queue_reply", content: queueStatus(request.content, work) };
      case "load_request":
        return { type: "load_reply", content: loadStatus(request.content.targets, work) };
      case "result_request":
        return answerResultRequest(request.content, records);
      case "history_request":
        return answerHistoryRequest(records);
      case "db_request":
        return answerDbRequest(request.content, records);
      case "purge_request":
        return answerPurgeRequest(request.content, records, work.registry);
      case "resubmit_request":
        return answerResubmitRequest(request.content.msg_ids, { ...resubmission, records });
      case "become_dask_request":
        return dask.answerStart(request.content.scheduler_args);
      case "stop_distributed_request":
        return dask.answerStop();
      case "status_request":
        return { type: "status_reply", content: status() };
      case "shutdown_request":
        shutDown(header);
        return { type: "shutdown_reply", content: { status: "ok" } };
    }
  }
}
