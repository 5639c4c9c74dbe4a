import type { Client } from "../client/client.ts";
import type { DirectView } from "../client/direct-view.ts";
import type { Arity } from "../client/results/result-plan.ts";
import type { Host, HostMessageType } from "../protocol/host.ts";
import type { JsonObject } from "../protocol/json.ts";
import { mimeBundle } from "../runtime/display/mime-bundle.ts";
import { sourceOfCell } from "../runtime/evaluate/cell-sources.ts";
import type { Namespace } from "../runtime/evaluate/namespace.ts";
import { ServedRequest } from "../runtime/jupyter/served-request.ts";
import { currentRequest } from "../runtime/output/running-request.ts";
import type { MagicNotebook } from "./magic-notebook.ts";
import type { Stdin } from "./requests/stdin.ts";

export interface KernelHostOptions {
  readonly variables: Namespace;
  readonly publish: (type: HostMessageType, content: JsonObject) => void;
  readonly notebook: MagicNotebook;
  readonly stdin: Stdin;
}

/** What library code finds in a notebook: `display`, `prompt`, and the way in for the magics. */
export function kernelHost({ variables, publish, notebook, stdin }: KernelHostOptions): Host {
  return {
    kind: "kernel",
    variables,
    publish,
    mimeBundle,
    // Only our client calls these, with itself and its views; loading it here for a check would slow every start.
    clientConnected: (client) => notebook.clientConnected(client as Client),
    viewActivated: (view, suffix) => notebook.viewActivated(view as DirectView<Arity>, suffix),
    cellSource: sourceOfCell,
    importModule: (specifier) => variables.modules.import(specifier),
    input: async (prompt, { password }) => {
      const request = currentRequest();
      if (!(request instanceof ServedRequest)) throw new Error("prompt() works in a cell.");
      return stdin.ask(request, prompt, password);
    },
  };
}
