/** How much of a processor this process uses, from one sample to the next. */
export class ProcessorLoad {
  #usedMs = 0;
  #sampledMs: number | undefined;
  #share = 0;

  /** Share of one processor between the latest two samples: 0.5 = half of one. */
  get share(): number {
    return this.#share;
  }

  /** @param usedMs processor time used so far @param nowMs monotonic */
  sample(usedMs: number, nowMs: number): void {
    if (this.#sampledMs !== undefined && nowMs > this.#sampledMs)
      this.#share = (usedMs - this.#usedMs) / (nowMs - this.#sampledMs);
    this.#usedMs = usedMs;
    this.#sampledMs = nowMs;
  }
}
