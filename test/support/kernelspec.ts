import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kernelSpec } from "../../install/planned-files.ts";
import { kernelProgram } from "./kernel.ts";

/** A `JUPYTER_PATH` of its own with nothing in it but our kernel. */
export class JupyterPath implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "jupyter-path-"));
  /** Environment in which Jupyter finds the kernel. */
  readonly env = { ...process.env, JUPYTER_PATH: this.path, IPYTHONDIR: join(this.path, "ipython") };

  constructor() {
    const folder = join(this.path, "kernels", "tsparallel");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "kernel.json"), JSON.stringify(kernelSpec(process.execPath, kernelProgram)));
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
