/** Matrices as pictures on canvases, and as tables for those who want the numbers. */
import { colourOf, inkOn } from "../support/heatmap.ts";
import { roundTicks } from "../support/scale.ts";
import { foldedTable, makeFigure } from "./table.ts";

export type Matrix = readonly (readonly number[])[];

export interface HeatMap {
  readonly title: string;
  readonly caption: string;
  readonly values: Matrix;
  /** The values at the ends of the colours. */
  readonly range: readonly [low: number, high: number];
  readonly rowAxis: string;
  readonly columnAxis: string;
}

const LEFT = 44;
const TOP = 42;
const RIGHT = 78;
const BAR = 14;
const FONT = 'system-ui, "Segoe UI", "DejaVu Sans", sans-serif';
/** Below this side of a cell, its number has no room. */
const READABLE = 30;

/** A cell's largest side. */
const LARGEST = 44;

/** What draws each picture of the page again. */
const shown = new Map<string, () => void>();

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const redraw of shown.values()) redraw();
});

/** A section of the page with the picture, its description, and the numbers in a table that opens. */
export function showHeatMap(map: HeatMap, id: string): HTMLElement {
  const canvas = document.createElement("canvas");
  canvas.id = id;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", describe(map));
  const { section, figure } = makeFigure({ id, title: map.title, caption: map.caption }, [canvas, numbersOf(map)]);
  const redraw = () => draw(canvas, map, figure.clientWidth);
  shown.set(id, redraw);
  new ResizeObserver(redraw).observe(figure);
  // Pictures with few columns stand side by side.
  section.style.flexBasis = `${LEFT + (map.values[0]?.length ?? 0) * LARGEST + RIGHT + 42}px`;
  return section;
}

function describe({ title, values, rowAxis, columnAxis }: HeatMap): string {
  const all = values.flat();
  const [low, high] = [Math.min(...all), Math.max(...all)].map((x) => x.toPrecision(3));
  return (
    `Heat map: ${title}. ${values.length} rows (${rowAxis}) by ${values[0]?.length} columns (${columnAxis}), ` +
    `values from ${low} to ${high}. The numbers are in the table below it.`
  );
}

function numbersOf({ title, values, rowAxis, columnAxis }: HeatMap): HTMLElement {
  const columns = [...(values[0]?.keys() ?? [])].map(String);
  const rows = values.map((row, i) => [String(i), ...row.map((value) => value.toPrecision(6))]);
  return foldedTable(title, [`${rowAxis} \\ ${columnAxis}`, ...columns], rows);
}

function draw(canvas: HTMLCanvasElement, map: HeatMap, available: number): void {
  const [rows, columns] = [map.values.length, map.values[0]?.length ?? 0];
  const cell = Math.max(8, Math.min(LARGEST, Math.floor((available - LEFT - RIGHT) / columns)));
  const width = LEFT + columns * cell + RIGHT;
  const height = TOP + Math.max(rows * cell, 90) + 12;
  const density = devicePixelRatio;
  canvas.width = Math.round(width * density);
  canvas.height = Math.round(height * density);
  canvas.style.width = `${width}px`;
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.scale(density, density);
  pen.textBaseline = "middle";
  pen.textAlign = "center";
  const ink = getComputedStyle(canvas).color;
  drawAxes(pen, map, cell, ink);
  drawCells(pen, map, cell);
  drawBar(pen, map, LEFT + columns * cell + 16, Math.max(rows * cell, 90), ink);
}

function drawAxes(pen: CanvasRenderingContext2D, map: HeatMap, cell: number, ink: string): void {
  const [rows, columns] = [map.values.length, map.values[0]?.length ?? 0];
  pen.fillStyle = ink;
  pen.font = `12px ${FONT}`;
  pen.fillText(map.columnAxis, LEFT + (columns * cell) / 2, 9);
  pen.save();
  pen.translate(9, TOP + (rows * cell) / 2);
  pen.rotate(-Math.PI / 2);
  pen.fillText(map.rowAxis, 0, 0);
  pen.restore();
  pen.font = `11px ${FONT}`;
  const every = cell < 16 ? 5 : 1;
  for (let j = 0; j < columns; j += every) pen.fillText(String(j), LEFT + (j + 0.5) * cell, TOP - 11);
  for (let i = 0; i < rows; i += every) pen.fillText(String(i), LEFT - 13, TOP + (i + 0.5) * cell);
}

const scaleOf = ({ range: [low, high] }: HeatMap) => {
  const ticks = roundTicks(low, high);
  const [first, last] = [ticks[0]?.value ?? 0, ticks.at(-1)?.value ?? 1];
  return { ticks, fraction: (value: number) => (value - first) / (last - first) };
};

function drawCells(pen: CanvasRenderingContext2D, map: HeatMap, cell: number): void {
  const { fraction } = scaleOf(map);
  pen.font = `${cell >= 38 ? 11 : 10}px ${FONT}`;
  for (const [i, row] of map.values.entries()) {
    for (const [j, value] of row.entries()) {
      const colour = colourOf(fraction(value));
      const [x, y] = [LEFT + j * cell, TOP + i * cell];
      pen.fillStyle = `rgb(${colour.join()})`;
      pen.fillRect(x, y, cell - 1, cell - 1);
      if (cell < READABLE) continue;
      pen.fillStyle = inkOn(colour);
      pen.fillText(value.toFixed(2).replace("-", "−"), x + (cell - 1) / 2, y + cell / 2);
    }
  }
}

function drawBar(pen: CanvasRenderingContext2D, map: HeatMap, x: number, height: number, ink: string): void {
  const { ticks, fraction } = scaleOf(map);
  for (let y = 0; y < height; y++) {
    pen.fillStyle = `rgb(${colourOf(1 - y / height).join()})`;
    pen.fillRect(x, TOP + y, BAR, 1.5);
  }
  pen.fillStyle = ink;
  pen.font = `11px ${FONT}`;
  pen.textAlign = "left";
  for (const { value, label } of ticks) {
    const y = TOP + height * (1 - fraction(value));
    pen.fillRect(x + BAR, y - 0.5, 4, 1);
    pen.fillText(label, x + BAR + 8, y);
  }
}
