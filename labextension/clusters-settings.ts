import type { ISettingRegistry } from "@jupyterlab/settingregistry";
import { type ISignal, Signal } from "@lumino/signaling";

/** The user's settings (`schema/clusters.json`), or its defaults where there is no settings system. */
export class ClustersSettings {
  readonly #changed = new Signal<this, void>(this);
  #engines = 4;
  #refreshMs = 60_000;
  #kernelName = "tsparallel";

  /** How many engines Start suggests. */
  get engines(): number {
    return this.#engines;
  }
  get refreshMs(): number {
    return this.#refreshMs;
  }
  /** The kernelspec of the manager kernel. */
  get kernelName(): string {
    return this.#kernelName;
  }
  get changed(): ISignal<this, void> {
    return this.#changed;
  }

  /** Takes the plugin's settings, now and whenever they change. */
  follow(settings: ISettingRegistry.ISettings): void {
    const read = () => {
      this.#engines = settings.get("engines").composite as number;
      this.#refreshMs = 1000 * (settings.get("refreshSeconds").composite as number);
      this.#kernelName = settings.get("kernelName").composite as string;
      this.#changed.emit();
    };
    read();
    settings.changed.connect(read);
  }
}
