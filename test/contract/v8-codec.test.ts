import { codecContract } from "./codec.ts";

codecContract("v8");
