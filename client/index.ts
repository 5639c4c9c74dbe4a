/** The public API of tsparallel. In a notebook and in plain Node programs: `import { Client } from "tsparallel"`. */
export { CanningError } from "../canning/canning-error.ts";
export { interactive } from "../canning/functions/interactive.ts";
export { Reference } from "../canning/reference.ts";
export { Cluster, type ClusterProcess } from "../cluster/cluster.ts";
export type { ClusterChoice, ClusterStart, EngineOptions, StartWait } from "../cluster/cluster-options.ts";
export type { ClusterRow } from "../protocol/clusters-rpc.ts";
export { type BroadcastFlags, BroadcastView } from "./broadcast-view.ts";
export { Client } from "./client.ts";
export type { ConnectOptions } from "./connection/open-connection.ts";
export type { AbortOptions } from "./controls/abort-jobs.ts";
export type { DaskOptions } from "./controls/dask.ts";
export type { RestartOptions, ShutdownOptions, TellOptions } from "./controls/engine-controls.ts";
export { depend, dependent } from "./dependencies/depend.ts";
export { Dependency, type DependencyOptions } from "./dependencies/dependency.ts";
export { type Requirement, requires } from "./dependencies/requires.ts";
export { DirectView } from "./direct-view.ts";
export { CompositeError } from "./errors/composite-error.ts";
export {
  ConnectError,
  ConnectionLost,
  DependencyTimeout,
  EngineError,
  ImpossibleDependency,
  InvalidDependency,
  NoEnginesRegistered,
  TaskAborted,
  TaskAborted as AbortedTask,
  TimeoutError,
  UnmetDependency,
} from "./errors/failures.ts";
export { RemoteError, type RemoteFailure } from "./errors/remote-error.ts";
export { type Delayed, delayed, Parallel, type ParallelOptions } from "./executor/parallel.ts";
export { type Submitted, ViewExecutor } from "./executor/view-executor.ts";
export type { ImportOptions, ImportSource } from "./functions/import-modules.ts";
export type { ParallelFunction } from "./functions/parallel-function.ts";
export { parallel, remote } from "./functions/remote.ts";
export type { RemoteFunction } from "./functions/remote-function.ts";
export type { GetResultOptions } from "./hub/get-result.ts";
export type { Purge } from "./hub/hub-questions.ts";
export type { ResultStatus } from "./hub/hub-records.ts";
export type { AsyncHubResult } from "./hub/hub-result.ts";
export type { PreciseDate } from "./hub/precise-date.ts";
export type { StatusWithResults } from "./hub/result-status.ts";
export type { Operators, TaskQuery } from "./hub/task-query.ts";
export type { BufferKey, TaskKey, TaskRow } from "./hub/task-row.ts";
export type { Jobs, Tasks } from "./hub/tasks.ts";
export type { DirectImapOptions } from "./imap/direct-imap.ts";
export type { ImapFunction, ImapOptions } from "./imap/imap-function.ts";
export { LoadBalancedView } from "./load-balanced-view.ts";
export type { Awaitable } from "./local/jobs.ts";
export type { MapOptions } from "./map/balanced-map.ts";
export type { DirectMapOptions } from "./map/direct-map.ts";
export type { MapFunction } from "./map/map-function.ts";
export type { ReduceOptions } from "./map/reduce.ts";
export type {
  ArityOf,
  CallOptions,
  DirectFlags,
  ExecuteOptions,
  RemoteArguments,
  SendOptions,
} from "./options/call-options.ts";
export type { TaskFlags } from "./options/task-flags.ts";
export { type Display, display, newDisplay } from "./output/display.ts";
export { clearOutput, prompt, publishData } from "./output/host-calls.ts";
export type { Grouping } from "./output/output-layout.ts";
export type { InteractiveOptions } from "./output/progress-display.ts";
export type { Distribution } from "./partition/distribution.ts";
export type { GatherOptions, ScatterOptions } from "./partition/scatter.ts";
export type { Sequence } from "./partition/sequences.ts";
export type { EngineQueue, QueueStatus } from "./queue-status.ts";
export type { ExecuteReply } from "./requests/execute-reply.ts";
export type { CellResult, OutputPiece, RichOutput } from "./requests/output-piece.ts";
export type { TaskMetadata } from "./requests/task-metadata.ts";
export { type AsyncMapResult, AsyncResult } from "./results/async-result.ts";
export type { EngineOutput } from "./results/output-stream.ts";
export type { Arity, ItemOf, PerEngine, WithErrors } from "./results/result-plan.ts";
export type { WaitOptions } from "./results/wait-options.ts";
export type { GetOptions, ResultInteractiveOptions, ResultWaitOptions, ReturnWhen } from "./results/waiting.ts";
export type { ExecuteRequestOptions, RequestOptions } from "./sending/low-level-requests.ts";
export type { Targets } from "./targets.ts";
export type { PullFunction } from "./variables.ts";
export { version, versionInfo } from "./version.ts";
