import { currentHost } from "../../protocol/host.ts";
import { type EnginePart, type Grouping, layOut, layOutSingle, type OutputBlock } from "./output-layout.ts";

/** Shows outputs under the running cell of a notebook, otherwise in the terminal. */
export function showOutputs(parts: readonly EnginePart[], groupBy: Grouping, isSingle: boolean): void {
  const [part] = parts;
  const blocks = isSingle && part ? layOutSingle(part) : layOut(parts, groupBy);
  const show = currentHost() ? publishBlock : printBlock;
  for (const block of blocks) show(block);
}

/** Publishes through the host of this process, if there is one. */
function publishBlock(block: OutputBlock): void {
  const host = currentHost();
  if (block.kind === "text") host?.publish("stream", { name: block.stream, text: block.text });
  else host?.publish("display_data", { data: block.data, metadata: block.metadata });
}

/** A terminal shows the text form of what is rich, if it has one. */
function printBlock(block: OutputBlock): void {
  if (block.kind === "text") process[block.stream].write(block.text);
  else if (typeof block.data["text/plain"] === "string") process.stdout.write(`${block.data["text/plain"]}\n`);
}
