import type { EngineDirectory } from "../engine-directory.ts";
import type { OutputPiece } from "../requests/output-piece.ts";
import type { Request } from "../requests/request.ts";
import type { RequestGroup } from "./request-group.ts";

/** A piece of output, and whose it is. */
export type EngineOutput = OutputPiece & {
  /** `undefined` for an engine that was never announced to this client. */
  readonly engine: number | undefined;
  readonly msgId: string;
};

/** What the requests put out: first what is there, engine by engine, then what comes, as it comes; ends with the last request. */
export async function* outputStream(group: RequestGroup, engines: EngineDirectory): AsyncGenerator<EngineOutput> {
  const queue: EngineOutput[] = [];
  const put = (request: Request, piece: OutputPiece) => {
    queue.push({ ...piece, engine: request.engine && engines.id(request.engine), msgId: request.msgId });
  };
  for (const request of group.requests) for (const piece of request.output?.pieces ?? []) put(request, piece);
  const stop = group.listen({ outputCame: put });
  try {
    for (;;) {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) yield next;
      if (group.isFinished) return;
      await group.changed();
    }
  } finally {
    stop();
  }
}
