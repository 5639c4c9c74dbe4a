import { z } from "zod";

/** Option schema of a cluster's id, which is a part of the names of its files; `""` is the profile's own cluster. */
export const clusterId = z
  .string()
  .regex(/^[^/\\\0]*$/, { error: "an id without slashes expected, as it becomes a part of file names" });
