/** How far something is. */
export interface Progress {
  /** What it is, for example `map`. */
  readonly name: string;
  readonly done: number;
  readonly total: number;
}

const barCells = 20;
/** From empty to full: an eighth of a cell each. */
const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/**
 * For a terminal: `map:  45% █████████            45/100, 2.1 s, 2.6 s left`. The time left supposes that the rest goes as
 * fast.
 * @param elapsedMs since the work began
 */
export function progressText(progress: Progress, elapsedMs: number): string {
  return `${beforeBar(progress)} ${bar(shareOf(progress))} ${afterBar(progress, elapsedMs)}`;
}

/** The same for a notebook. */
export function progressHtml(progress: Progress, elapsedMs: number): string {
  const name = beforeBar(progress).replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `${name} <progress value="${shareOf(progress)}"></progress> ${afterBar(progress, elapsedMs)}`;
}

const shareOf = ({ done, total }: Progress): number => (total === 0 ? 1 : done / total);

const beforeBar = (progress: Progress): string =>
  `${progress.name}: ${`${Math.floor(shareOf(progress) * 100)}%`.padStart(4)}`;

function afterBar({ done, total }: Progress, elapsedMs: number): string {
  const left = done > 0 && done < total ? `, ${duration((elapsedMs / done) * (total - done))} left` : "";
  return `${done}/${total}, ${duration(elapsedMs)}${left}`;
}

function bar(share: number): string {
  const parts = Math.floor(share * barCells * eighths.length);
  const full = "█".repeat(Math.floor(parts / eighths.length));
  return (full + (eighths[parts % eighths.length] ?? "")).padEnd(barCells);
}

function duration(ms: number): string {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const wholeS = Math.round(ms / 1000);
  return `${Math.floor(wholeS / 60)}:${String(wholeS % 60).padStart(2, "0")} min`;
}
