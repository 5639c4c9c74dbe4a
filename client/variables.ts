/** What variables of engines are read and written through. */
interface Pusher {
  push(values: Readonly<Record<string, unknown>>): unknown;
  pull(name: string): unknown;
}

/** Variables as properties: reading one pulls it, writing one pushes it at once. */
export function variablesOf(view: Pusher): Record<string, unknown> {
  return new Proxy<Record<string, unknown>>(Object.create(null) as Record<string, unknown>, {
    // `then` would make the proxy itself look like a promise.
    get: (_, name) => (typeof name === "symbol" || name === "then" ? undefined : view.pull(name)),
    set: (_, name, value) => {
      if (typeof name === "symbol") return false;
      view.push({ [name]: value });
      return true;
    },
  });
}
