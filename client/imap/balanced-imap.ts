import type { ItemFunction } from "../map/map-function.ts";
import { type TaskFlags, taskFlags } from "../options/task-flags.ts";
import type { TaskSender } from "../sending/task-sender.ts";
import { type ImapOptions, imapOptions, type Results, splitSources } from "./imap-function.ts";
import { imapOn } from "./imap-on.ts";

export type BalancedImapOptions = ImapOptions & TaskFlags;

/** Calls a function element by element, each call a task. */
export function balancedImap(sender: TaskSender, f: ItemFunction, rest: readonly unknown[]): Results<never> {
  const { sources, options } = splitSources<BalancedImapOptions>(rest, { ...taskFlags, ...imapOptions });
  const { ordered, maxOutstanding, returnErrors, ...flags } = options;
  const own = sender.with(flags);
  const view = {
    apply: (fn: ItemFunction, args: readonly unknown[]) => own.call({ fn, args }),
    engineCount: () => own.engineCount(),
  };
  return imapOn(view, f, { sources, ordered, maxOutstanding, returnErrors });
}
