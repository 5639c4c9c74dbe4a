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

/** Scheme, user, hosts, database and options of a MongoDB URL, which may name several hosts; a bare host is one, too. */
const mongoAddress = /^(mongodb(?:\+srv)?:\/\/)?(?:([^@/]*@))?([^/?]*)\/?([^?]*)\??(.*)$/;

/** Keyword arguments of `pymongo.MongoClient`; those that are not part of the address are options of the URL. */
export function mongoUrlOfKeywords(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { host, port, username, password, ...rest } = value as Readonly<Record<string, unknown>>;
  const address = String(host ?? "127.0.0.1"); // A list of hosts becomes what a URL has: they are parted by commas.
  const [, scheme = "mongodb://", user = "", hosts = "", database = "", query = ""] = mongoAddress.exec(address) ?? [];
  const isSrv = scheme.includes("+srv");
  const withPort = (each: string) => (isSrv || /:\d+$/.test(each) ? each : `${each}:${String(port ?? 27017)}`);
  const secret = password === undefined ? "" : `:${encoded(password)}`;
  const login = username === undefined ? user : `${encoded(username)}${secret}@`;
  const options = [query, ...Object.entries(rest).map(([name, option]) => `${name}=${encoded(option)}`)].filter(
    Boolean,
  );
  const place = `${scheme}${login}${hosts.split(",").map(withPort).join()}`;
  if (options.length > 0) return `${place}/${database}?${options.join("&")}`;
  return database === "" ? place : `${place}/${database}`;
}

const encoded = (value: unknown): string => encodeURIComponent(String(value));

/** Python's peers may name a function: `jupyter_client.session.json_packer`. */
export function packerName(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const name = value
    .split(".")
    .at(-1)
    ?.replace(/_(?:un)?packer$/, "");
  return name === "orjson" ? "json" : name;
}
