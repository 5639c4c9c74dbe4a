import type { ItemFunction } from "../map/map-function.ts";
import type { CallOptions } from "../options/call-options.ts";
import type { DirectSender } from "../sending/direct-sender.ts";
import { type ImapOptions, imapOptions, type Results, splitSources } from "./imap-function.ts";
import { imapOn } from "./imap-on.ts";

export interface DirectImapOptions extends ImapOptions, CallOptions {}

/** Calls a function element by element, on one engine after the other. */
export function directImap(sender: DirectSender, f: ItemFunction, rest: readonly unknown[]): Results<never> {
  const { sources, options } = splitSources<DirectImapOptions>(rest, { targets: true, ...imapOptions });
  let turn = 0;
  const next = () => {
    const ids = sender.ids(options, "apply functions");
    return ids[turn++ % ids.length];
  };
  const view = {
    apply: (fn: ItemFunction, args: readonly unknown[]) =>
      sender.call({ name: "imap", operation: "call", value: { fn, args } }, { targets: next() }),
    engineCount: () => sender.ids(options).length,
  };
  return imapOn(view, f, { sources, ...options });
}
