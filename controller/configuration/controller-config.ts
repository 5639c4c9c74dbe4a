import type { z } from "zod";
import type { program } from "../options.ts";

/** What `ipcontroller_config.ts` may say: `export const config = { ip: "*" } satisfies ControllerConfig;`. */
export type ControllerConfig = Partial<z.input<typeof program.options>>;

/** What the module that `--scheme` names exports as `scheme`. */
export type { Candidate, Candidates, Scheme } from "../scheduler/placement/schemes.ts";
