import { keepHere } from "../../canning/registry.ts";

/** Refuses to send what works by a client's connection, which its functions often close over by mistake. */
export function keepConnected(of: { readonly prototype: object; readonly name: string }): void {
  keepHere(
    of,
    `it is a ${of.name}, and connections stay here: send what is needed of it, or connect within the function`,
  );
}
