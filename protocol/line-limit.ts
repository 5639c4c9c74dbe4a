/** Least time between two lines about one subject: a broken peer must not fill the disk. */
const quietMs = 5000;

/** Holds back log lines that come too fast, and counts them. */
export class LineLimit {
  /** Monotonic, in milliseconds. */
  readonly #now: () => number;
  readonly #subjects = new Map<string, { untilMs: number; held: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @returns how many lines about it were held back since the last one; `undefined` when this one is held back, too */
  admit(subject = ""): number | undefined {
    const last = this.#subjects.get(subject);
    const nowMs = this.#now();
    if (last && nowMs < last.untilMs) {
      last.held++;
      return undefined;
    }
    this.#subjects.set(subject, { untilMs: nowMs + quietMs, held: 0 });
    return last?.held ?? 0;
  }
}
