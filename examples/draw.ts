/** Pictures for the notebooks beside this file. One that is the value of a cell's last line is shown below the cell. */

const $display: unique symbol = Symbol.for("Jupyter.display") as never;

/** A drawing in SVG, `width` by `height` pixels. */
export class Picture {
  readonly width: number;
  readonly height: number;
  readonly content: string;

  constructor(width: number, height: number, content: string) {
    this.width = width;
    this.height = height;
    this.content = content;
  }

  get svg(): string {
    const { width, height, content } = this;
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"
      font-family="sans-serif" font-size="12" text-anchor="middle" fill="#333">
      <rect width="100%" height="100%" fill="white"/>${content}</svg>`;
  }

  [$display](): Record<string, string> {
    return { "image/svg+xml": this.svg, "text/plain": "a picture" };
  }
}

/** Pictures side by side, at most `columns` in a row. */
export function beside(pictures: readonly Picture[], columns = pictures.length): Picture {
  const width = Math.max(...pictures.map((picture) => picture.width));
  const height = Math.max(...pictures.map((picture) => picture.height));
  const placed = pictures.map(({ content }, i) => {
    const [x, y] = [(i % columns) * width, Math.floor(i / columns) * height];
    return `<g transform="translate(${x} ${y})">${content}</g>`;
  });
  return new Picture(width * columns, height * Math.ceil(pictures.length / columns), placed.join(""));
}

/** A colour of its own for each engine. */
export const engineColour = (id: number): string => `hsl(${(200 + 70 * id) % 360} 60% 48%)`;

/** From dark blue (0 and less) to yellow (1 and more). */
function heat(share: number): string {
  const part = Math.min(Math.max(share, 0), 1);
  return `hsl(${Math.round(240 - 190 * part)} 65% ${Math.round(32 + 28 * part)}%)`;
}

/** Pixels from the left, and from the top. */
type Point = readonly [number, number];

const pixels = ([x, y]: Point): string => `${x.toFixed(1)} ${y.toFixed(1)}`;

const text = ([x, y]: Point, words: string | number, attributes = ""): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${words}</text>`;

const heading = (width: number, title: string): string => text([width / 2, 20], title, `font-size="14"`);

const upright = (y: number, words: string): string => text([16, y], words, `transform="rotate(-90 16 ${y})"`);

interface Dot {
  readonly x: number;
  readonly y: number;
  readonly label?: string | number;
  readonly colour?: string;
}

interface Chart {
  readonly title: string;
  readonly dots: readonly Dot[];
  /** From one dot to another, by their places in `dots`. */
  readonly arrows?: readonly (readonly [number, number])[];
  /** What the axes show; without names there are no axes. */
  readonly x?: string;
  readonly y?: string;
  /** What the colours mean. */
  readonly key?: Readonly<Record<string, string>>;
  readonly width?: number;
  readonly height?: number;
  readonly radius?: number;
}

/** Dots in a plane, with arrows between them: a scatter plot, or a graph. */
export function chart(options: Chart): Picture {
  const { title, dots, arrows = [], x, y, key = {}, width = 640, height = 400, radius = 10 } = options;
  const hasAxes = x !== undefined && y !== undefined;
  const [left, right, top, bottom] = hasAxes ? [60, width - 20, 60, height - 50] : [30, width - 30, 50, height - 30];
  const [xs, ys] = [dots.map((dot) => dot.x), dots.map((dot) => dot.y)];
  const across = scale(hasAxes ? [0, ...xs] : xs, [left + radius, right - radius]);
  const up = scale(hasAxes ? [0, ...ys] : ys, [bottom, top]);
  const places = dots.map((dot): Point => [across.at(dot.x), up.at(dot.y)]);

  const axes = [
    ...across.ticks.map((tick) => line([across.at(tick), bottom], [across.at(tick), top])),
    ...across.ticks.map((tick) => text([across.at(tick), bottom + 16], tick)),
    ...up.ticks.map((tick) => line([left, up.at(tick)], [right, up.at(tick)])),
    ...up.ticks.map((tick) => text([left - 6, up.at(tick) + 4], tick, `text-anchor="end"`)),
    text([(left + right) / 2, height - 12], x ?? ""),
    upright((top + bottom) / 2, y ?? ""),
  ];
  const drawnArrows = arrows.flatMap(([i, j]) => {
    const [from, to] = [places[i], places[j]];
    return from && to ? arrow(from, to, radius) : [];
  });
  const drawnDots = dots.map(({ label = "", colour = "steelblue" }, i) => {
    const [x, y] = places[i] ?? [0, 0];
    return `<circle cx="${x}" cy="${y}" r="${radius}" fill="${colour}" stroke="white"/>
      ${text([x, y + 4], label, `fill="white" font-size="11"`)}`;
  });
  const meanings = Object.entries(key).map(
    ([name, colour], i) => `<circle cx="${left + 6 + i * 90}" cy="38" r="5" fill="${colour}"/>
      ${text([left + 16 + i * 90, 42], name, `text-anchor="start"`)}`,
  );
  const content = [...(hasAxes ? axes : []), ...drawnArrows, ...drawnDots, ...meanings, heading(width, title)];
  return new Picture(width, height, content.join(""));
}

/** Pixels for numbers, the first for the least of them and the last for the greatest; ticks at round numbers. */
function scale(values: readonly number[], [first, last]: Point) {
  const [min, max] = [Math.min(...values), Math.max(...values)];
  const rough = (max - min) / 5 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (rough / power > 5 ? 10 : rough / power > 2 ? 5 : 2);
  const ticks: number[] = [];
  for (let tick = Math.ceil(min / step) * step; tick <= max; tick += step) ticks.push(Number(tick.toPrecision(6)));
  return { ticks, at: (value: number) => Math.round(first + ((value - min) / (max - min || 1)) * (last - first)) };
}

const line = (from: Point, to: Point): string => `<path d="M${pixels(from)}L${pixels(to)}" stroke="#eee"/>`;

/** From the rim of one dot to the rim of another. */
function arrow(from: Point, to: Point, radius: number): string {
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  const go = ([x, y]: Point, distance: number, turn = 0): Point => [
    x + distance * Math.cos(angle + turn),
    y + distance * Math.sin(angle + turn),
  ];
  const tip = go(to, -radius - 1);
  return `<path d="M${pixels(go(from, radius))}L${pixels(tip)}" stroke="#999" stroke-opacity=".6"/>
    <path d="M${pixels(tip)}L${pixels(go(tip, -8, 0.35))}L${pixels(go(tip, -8, -0.35))}Z" fill="#999"/>`;
}

interface Grid {
  readonly title: string;
  /** A name for each row and column of the values, and what they are. */
  readonly rows: readonly (string | number)[];
  readonly columns: readonly (string | number)[];
  readonly rowTitle: string;
  readonly columnTitle: string;
}

/** Numbers as a table whose cells are the warmer the higher they are. */
export function table(values: readonly ArrayLike<number>[], grid: Grid, decimals = 0): Picture {
  const share = shares(values);
  const at = (row: number, column: number): Point => [70 + column * 60, 70 + row * 34];
  const cells = values.flatMap((row, i) =>
    Array.from(row, (value, j) => {
      const [x, y] = at(i, j);
      const ink = share(value) > 0.55 ? "black" : "white";
      return `<rect x="${x}" y="${y}" width="60" height="34" fill="${heat(share(value))}"/>
        ${text([x + 30, y + 21], value.toFixed(decimals), `fill="${ink}"`)}`;
    }),
  );
  const [right, bottom] = at(grid.rows.length, grid.columns.length);
  const names = [
    ...grid.columns.map((name, j) => text([at(0, j)[0] + 30, 62], name)),
    ...grid.rows.map((name, i) => text([62, at(i, 0)[1] + 21], name, `text-anchor="end"`)),
    text([(70 + right) / 2, 44], grid.columnTitle),
    upright((70 + bottom) / 2, grid.rowTitle),
  ];
  return new Picture(right + 20, bottom + 20, [...cells, ...names, heading(right + 20, grid.title)].join(""));
}

interface Surface {
  readonly title: string;
  /** Names of the two sides of the grid that face the reader: across the rows, and along a row. */
  readonly rowTitle?: string;
  readonly columnTitle?: string;
  /** Values that lie on the ground and at the top of the pole. */
  readonly low: number;
  readonly high: number;
}

/** Numbers as a landscape, seen from above one corner. */
export function surface(values: readonly ArrayLike<number>[], options: Surface): Picture {
  const { title, rowTitle = "", columnTitle = "", low, high } = options;
  const share = shares([[low, high]]);
  const [rows, columns] = [values.length - 1, (values[0]?.length ?? 0) - 1];
  const height = (i: number, j: number) => share(values[i]?.[j] ?? 0);
  const spot = (i: number, j: number, h = height(i, j)): string => {
    const [u, v] = [i / rows, j / columns];
    return pixels([180 + 130 * (v - u), 150 + 65 * (u + v) - 100 * h]);
  };
  const patches: string[] = [];
  // The farther ones first: those in front hide them.
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const mean = (height(i, j) + height(i + 1, j) + height(i, j + 1) + height(i + 1, j + 1)) / 4;
      const corners = [spot(i, j), spot(i, j + 1), spot(i + 1, j + 1), spot(i + 1, j)].join(" ");
      patches.push(`<polygon points="${corners}" fill="${heat(mean)}"/>`);
    }
  const ground = [spot(0, 0, 0), spot(0, columns, 0), spot(rows, columns, 0), spot(rows, 0, 0)].join(" ");
  const content = `<polygon points="${ground}" fill="#f4f4f4" stroke="#ccc"/><path d="M50 215V115" stroke="#ccc"/>
    <g stroke="white" stroke-width=".4">${patches.join("")}</g>
    ${text([46, 218], low, `text-anchor="end"`)}${text([46, 118], high, `text-anchor="end"`)}
    ${text([85, 272], rowTitle)}${text([275, 272], columnTitle)}${heading(360, title)}`;
  return new Picture(360, 290, content);
}

/** Where a number lies between the least (0) and the greatest (1) of some. */
function shares(values: readonly ArrayLike<number>[]): (value: number) => number {
  const all = values.flatMap((row) => Array.from(row));
  const [least, most] = [Math.min(...all), Math.max(...all)];
  return (value) => (value - least) / (most - least || 1);
}
