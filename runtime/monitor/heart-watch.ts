/** Misses in a row after which an engine gives its controller up (wire protocol §7.1). */
const mostMisses = 50;
/** A controller's beat may come so much late. */
const toleranceMs = 500;

/** Notices from missing pings that the controller is gone. Looked at once per `checkMs`. */
export class HeartWatch {
  readonly checkMs: number;
  #hasBeaten = false;
  #misses = 0;

  constructor(periodMs: number) {
    this.checkMs = periodMs + toleranceMs;
  }

  beat(): void {
    this.#hasBeaten = true;
  }

  /** @returns whether the controller is given up */
  isLostAtCheck(): boolean {
    this.#misses = this.#hasBeaten ? 0 : this.#misses + 1;
    this.#hasBeaten = false;
    return this.#misses >= mostMisses;
  }
}
