import { codecContract } from "./codec.ts";

codecContract("msgpack");
