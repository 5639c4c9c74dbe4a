/** `ipyparallel.controller.sqlitedb.SQLiteDB` → `sqlitedb`; a class of anybody else's stays as it is, to be refused. */
export function dbOfClass(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const [, name] = /^(?:(?:ipyparallel|IPython\.parallel)\..*\.)?(\w+)$/.exec(value) ?? [];
  return name?.toLowerCase() ?? value;
}

/** Positional arguments of `pymongo.MongoClient`: host or URL, then port. */
export function mongoUrlOfArguments(value: unknown): unknown {
  const [host, port] = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  return mongoUrlOfKeywords({ host, port });
}

/** Keyword arguments of `pymongo.MongoClient`; those that are not part of the address are options of the URL. */
export function mongoUrlOfKeywords(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const {
    host = "127.0.0.1",
    port,
    username = "",
    password = "",
    ...rest
  } = value as Readonly<Record<string, unknown>>;
  const text = String(host);
  const url = new URL(text.includes("://") ? text : `mongodb://${text}`);
  if (url.protocol === "mongodb:" && url.port === "") url.port = String(port ?? 27017);
  if (username !== "") url.username = String(username);
  if (password !== "") url.password = String(password);
  for (const [name, option] of Object.entries(rest)) url.searchParams.set(name, String(option));
  // Options of a MongoDB URL follow a slash.
  return url.href.replace(/([^/])\?/, "$1/?");
}

/** Python's peers may name a function: `jupyter_client.session.json_packer`. */
export function packerName(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const name = value
    .split(".")
    .at(-1)
    ?.replace(/_(?:un)?packer$/, "");
  return name === "orjson" ? "json" : name;
}
