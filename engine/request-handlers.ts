import type { Dialect } from "../protocol/envelope.ts";
import type { Namespace } from "../runtime/evaluate/namespace.ts";
import type { Executor } from "../runtime/jupyter/execute.ts";
import type { ControlHandlers, Reply, ShellHandlers } from "../runtime/jupyter/handlers.ts";
import { kernelInfo } from "../runtime/jupyter/kernel-info.ts";
import type { SourceExchange } from "./source-exchange.ts";

export interface EngineParts {
  readonly namespace: Namespace;
  readonly executor: Executor;
  readonly session: Dialect;
  readonly sources: SourceExchange;
  /**
   * Settles when the user's code may overwrite what replies have lent. Without it nothing may be lent, for nobody tells
   * when a reply is sent.
   */
  readonly lent?: (() => Promise<void> | undefined) | undefined;
}

/** What an engine serves on shell. */
export function shellHandlers({ namespace, executor, session, sources, lent }: EngineParts): ShellHandlers {
  const ignore = () => undefined;
  /** Kept, for even what is loaded takes 10 µs to import. */
  let applying: typeof import("./apply.ts") | undefined;
  return {
    execute_request: async (request) => {
      await lent?.();
      return executor.handle(request);
    },
    apply_request: async (request) => {
      await lent?.();
      applying ??= await import("./apply.ts");
      return applying.apply(request, { namespace, session, sources, mayLend: lent !== undefined });
    },
    kernel_info_request: engineInfo,
    // Widgets of Python clients: nothing here listens, and nothing is wrong.
    comm_open: ignore,
    comm_msg: ignore,
    comm_close: ignore,
    comm_info_request: () => ({ content: { comms: {} } }),
  };
}

/** What an engine's main thread serves on control; the monitor serves aborts, interrupts, signals and shutdown. */
export function controlHandlers({ namespace, sources }: Pick<EngineParts, "namespace" | "sources">): ControlHandlers {
  return {
    clear_request: () => {
      namespace.clear();
      return { content: {} };
    },
    sources_request: ({ content }) => {
      sources.take(content);
      return { content: {} };
    },
    kernel_info_request: engineInfo,
  };
}

async function engineInfo(): Promise<Reply> {
  const { packageVersion: version } = await import("../cli/package-root.ts");
  const banner = `tsparallel engine ${version}, TypeScript on Node.js ${process.versions.node}`;
  return { content: kernelInfo({ implementation: "tsparallel", version, banner }) };
}
