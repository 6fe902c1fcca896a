/** Draws a matrix as a picture: coloured blocks or shaded characters for a terminal, or an SVG document. */
import { escapeText, roundTicks } from "./scale.ts";

export interface HeatMap {
  readonly title: string;
  readonly values: readonly (readonly number[])[];
  readonly rowAxis: string;
  readonly columnAxis: string;
}

/** The viridis colour map at nine equidistant places: dark blue for the smallest value, yellow for the largest. */
const VIRIDIS = [
  [68, 1, 84],
  [71, 45, 123],
  [59, 82, 139],
  [44, 114, 142],
  [33, 145, 140],
  [40, 174, 128],
  [94, 201, 98],
  [173, 220, 48],
  [253, 231, 37],
] as const;

type Colour = readonly [red: number, green: number, blue: number];

/** The colour of a number from 0 to 1. */
export function colourOf(fraction: number): Colour {
  const place = Math.min(1, Math.max(0, fraction)) * (VIRIDIS.length - 1);
  const below = Math.min(Math.floor(place), VIRIDIS.length - 2);
  const [from, to] = [VIRIDIS[below] as Colour, VIRIDIS[below + 1] as Colour];
  const mix = (i: 0 | 1 | 2) => Math.round(from[i] + (to[i] - from[i]) * (place - below));
  return [mix(0), mix(1), mix(2)];
}

/** A scale from the first round number below all values to the first above, in few round steps. */
function scaleOf({ values }: HeatMap) {
  const all = values.flat();
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const ticks = roundTicks(low, high);
  const [first, last] = [ticks[0]?.value ?? 0, ticks.at(-1)?.value ?? 1];
  return { fraction: (value: number) => (value - first) / (last - first), ticks };
}

/** Whichever of black and white stands out. */
export function inkOn([red, green, blue]: Colour): string {
  return 0.3 * red + 0.59 * green + 0.11 * blue > 130 ? "black" : "white";
}

const MARGIN = 5;

/** Lines of text, at most `width` characters wide if the matrix isn't wider. With colour, every cell is a square. */
export function drawInTerminal(map: HeatMap, options: { readonly colour: boolean; readonly width: number }): string {
  const columns = map.values[0]?.length ?? 0;
  const cell = Math.max(1, Math.min(3, Math.floor((options.width - MARGIN) / columns)));
  const { ticks } = scaleOf(map);
  const rows = options.colour ? colouredRows(map, cell) : shadedRows(map, cell);
  const bar = Array.from({ length: 24 }, (_, i) =>
    options.colour ? `${background(colourOf(i / 23))} ` : shade((i + 0.5) / 24),
  );
  return [
    map.title,
    "",
    `${" ".repeat(MARGIN)}columns: ${map.columnAxis}, rows: ${map.rowAxis}`,
    `${" ".repeat(MARGIN)}${columnNumbers(columns, cell)}`,
    ...rows,
    "",
    `${" ".repeat(MARGIN)}${ticks[0]?.label} ${bar.join("")}${options.colour ? RESET : ""} ${ticks.at(-1)?.label}`,
  ].join("\n");
}

/** Every fifth column's number at the place of its column. */
function columnNumbers(columns: number, cell: number): string {
  let line = "";
  for (let j = 0; j < columns; j += 5) line = line.padEnd(j * cell) + j;
  return line.padEnd(columns * cell);
}

const RESET = "\x1b[0m";
const background = ([r, g, b]: Colour) => `\x1b[48;2;${r};${g};${b}m`;
const foreground = ([r, g, b]: Colour) => `\x1b[38;2;${r};${g};${b}m`;

/** A character shows two pixels, one above the other, so that `cell` characters by `cell` pixels are a square. */
function colouredRows(map: HeatMap, cell: number): string[] {
  const { fraction } = scaleOf(map);
  const pixels = map.values.flatMap((row) => Array.from({ length: cell }, () => row.map((x) => colourOf(fraction(x)))));
  const labels = new Map(map.values.map((_, i) => [Math.floor((i * cell + (cell - 1) / 2) / 2), String(i)]));
  return Array.from({ length: Math.ceil(pixels.length / 2) }, (_, line) => {
    const [upper, lower] = [pixels[2 * line] as Colour[], pixels[2 * line + 1]];
    const blocks = upper.map((colour, j) => {
      const below = lower?.[j];
      return `${below ? background(below) : RESET}${foreground(colour)}${"▀".repeat(cell)}`;
    });
    return `${(labels.get(line) ?? "").padStart(MARGIN - 1)} ${blocks.join("")}${RESET}`;
  });
}

const SHADES = "·░▒▓█";
const shade = (fraction: number): string =>
  SHADES[Math.min(SHADES.length - 1, Math.floor(fraction * SHADES.length))] as string;

function shadedRows(map: HeatMap, cell: number): string[] {
  const { fraction } = scaleOf(map);
  return map.values.map((row, i) => {
    const blocks = row.map((x) => shade(fraction(x)).repeat(cell)).join("");
    return `${String(i).padStart(MARGIN - 1)} ${blocks}`;
  });
}

const CELL = 36;
const LEFT = 58;
const TOP = 84;
const BAR_WIDTH = 16;

const rgb = (colour: Colour): string => `rgb(${colour.join()})`;

/** An SVG document with a cell for each value, the axes' names and a colour bar. */
export function drawSvg(map: HeatMap): string {
  const [rows, columns] = [map.values.length, map.values[0]?.length ?? 0];
  const [width, height] = [columns * CELL, rows * CELL];
  const numbers = (count: number, at: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => `<text ${at(i)}>${i}</text>`);
  const middle = (i: number) => (i + 0.5) * CELL;
  const total = [LEFT + width + 92, TOP + height + 26];
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${total[0]}" height="${total[1]}" viewBox="0 0 ${total.join(" ")}"`,
    `  font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="12" fill="#333" text-anchor="middle">`,
    `<title>${escapeText(map.title)}</title>`,
    `<rect width="100%" height="100%" fill="white"/>`,
    `<text x="${LEFT}" y="28" font-size="16" fill="black" text-anchor="start">${escapeText(map.title)}</text>`,
    `<g transform="translate(${LEFT} ${TOP})">`,
    `<text x="${width / 2}" y="-28">${escapeText(map.columnAxis)}</text>`,
    `<text transform="translate(-34 ${height / 2}) rotate(-90)">${escapeText(map.rowAxis)}</text>`,
    ...numbers(columns, (j) => `x="${middle(j)}" y="-9"`),
    ...numbers(rows, (i) => `x="-10" y="${middle(i) + 4}" text-anchor="end"`),
    ...svgCells(map),
    ...svgBar(map, width + 24, height),
    "</g>",
    "</svg>",
  ].join("\n")}\n`;
}

/** A square for each value, which is written on it. */
function svgCells(map: HeatMap): string[] {
  const { fraction } = scaleOf(map);
  return map.values.flatMap((row, i) =>
    row.map((value, j) => {
      const colour = colourOf(fraction(value));
      const [x, y] = [j * CELL, i * CELL];
      return (
        `<rect x="${x}" y="${y}" width="${CELL}" height="${CELL}" fill="${rgb(colour)}" stroke="white"/>` +
        `<text x="${x + CELL / 2}" y="${y + CELL / 2 + 4}" font-size="11" fill="${inkOn(colour)}">${value.toFixed(2)}</text>`
      );
    }),
  );
}

function svgBar(map: HeatMap, x: number, height: number): string[] {
  const { ticks, fraction } = scaleOf(map);
  const stops = VIRIDIS.map((c, i) => `<stop offset="${i / (VIRIDIS.length - 1)}" stop-color="${rgb(c)}"/>`);
  const marks = ticks.map(({ value, label }) => {
    const y = height * (1 - fraction(value));
    return (
      `<path d="M${x + BAR_WIDTH} ${y}h5" stroke="#333"/>` +
      `<text x="${x + BAR_WIDTH + 9}" y="${y + 4}" text-anchor="start">${label}</text>`
    );
  });
  return [
    `<linearGradient id="scale" x1="0" y1="1" x2="0" y2="0">${stops.join("")}</linearGradient>`,
    `<rect x="${x}" y="0" width="${BAR_WIDTH}" height="${height}" fill="url(#scale)"/>`,
    ...marks,
  ];
}
