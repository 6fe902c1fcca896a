/** Plots by uPlot, each with a legend, a sentence that tells what is seen, and the numbers in a table. */
import uPlot from "uplot";
import { foldedTable, makeFigure } from "../table.ts";

export interface Axis {
  readonly label: string;
  readonly log?: boolean;
}

/** A colour of page.css, so that plots follow the page's light and dark. */
export type ColourName = "first" | "second" | "ink";

export interface Line {
  readonly name: string;
  readonly colour: ColourName;
  readonly style: "line" | "dashes" | "points" | "rings";
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** What lies between two limits, drawn below the lines. */
export interface Band {
  readonly name: string;
  readonly colour: ColourName;
  readonly x: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

export interface Plot {
  readonly title: string;
  readonly caption: string;
  /** What a reader sees, for one who doesn't. */
  readonly summary: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly Line[];
  readonly band?: Band;
  readonly table: { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] };
}

/** What draws each plot of the page again when light turns dark. */
const shown = new Map<string, uPlot>();

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const plot of shown.values()) plot.redraw();
});

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`);
const FONT = '12px system-ui, "Segoe UI", "DejaVu Sans", sans-serif';

/** Keeps a plot as wide as its place; `options` are those beside the size. */
export function mount(
  id: string,
  place: HTMLElement,
  options: Omit<uPlot.Options, "width" | "height">,
  data: uPlot.AlignedData,
) {
  const size = () => {
    const width = Math.max(200, place.clientWidth);
    return { width, height: Math.round(Math.min(360, Math.max(240, 0.62 * width))) };
  };
  const common = { legend: { show: false }, cursor: { show: false }, ...size() };
  const plot = new uPlot({ ...common, ...options }, data, place);
  shown.set(id, plot);
  new ResizeObserver(() => plot.setSize(size())).observe(place);
}

const isPowerOfTen = (value: number): boolean => Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9;
const powersAlone = (_: uPlot, places: number[]) => places.map((value) => (isPowerOfTen(value) ? value : null));

/** From a power of ten to another, so that both ends have names. */
function wholePowers(_: uPlot, low: number | null, high: number | null): [number, number] {
  const first = Math.floor(Math.log10(low ?? 1) + 1e-9);
  return [10 ** first, 10 ** Math.max(first + 1, Math.ceil(Math.log10(high ?? 1) - 1e-9))];
}

/** The short name of a power of ten. */
function power(value: number): string {
  const exponent = Math.round(Math.log10(value));
  if (exponent >= 0 && exponent <= 3) return String(10 ** exponent);
  return `10${String(exponent).replace(/./g, (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)] ?? c)}`;
}

/** An axis in the page's colours; a logarithmic one has lines at powers of ten. */
export function axisOf({ label, log = false }: Axis, size: number, grid = true): uPlot.Axis {
  const lines = { stroke: () => colour("line"), width: 1, ...(log && { filter: powersAlone }) };
  return {
    label,
    labelFont: FONT,
    font: FONT,
    labelSize: 20,
    size,
    stroke: () => colour("soft"),
    grid: { ...lines, show: grid },
    ticks: lines,
    ...(log && {
      filter: powersAlone,
      values: (_: uPlot, places: (number | null)[]) => places.map((value) => (value === null ? null : power(value))),
    }),
  };
}

/** The sizes of the axes, without their names. */
export const [BELOW, BESIDE] = [34, 52];

/** Discs with a rim, by which they stand out from what lies below them. */
export const discs = (size: number, fill: () => string, rim: () => string): uPlot.Series => ({
  paths: () => null,
  points: { show: true, size, width: 1.5, fill, stroke: rim },
});

function seriesOf({ colour: name, style }: Line): uPlot.Series {
  const own = () => colour(name);
  const card = () => colour("card");
  if (style === "points") return discs(9, own, card);
  if (style === "rings") return discs(8, card, own);
  return {
    stroke: own,
    width: 2,
    spanGaps: true,
    points: { show: false },
    ...(style === "dashes" && { dash: [7, 5] }),
  };
}

/** The names beside what they look like. */
export function legendOf(entries: readonly { name: string; colour?: ColourName; style: string }[]): HTMLElement {
  const list = document.createElement("ul");
  list.className = "legend";
  for (const { name, colour: of, style } of entries) {
    const item = document.createElement("li");
    const sample = document.createElement("span");
    sample.className = `sample ${style}`;
    if (of) sample.style.color = `var(--${of})`;
    item.append(sample, name);
    list.append(item);
  }
  return list;
}

/** The element that stands for a picture where it can't be seen. */
export function pictureOf(id: string, summary: string): HTMLElement {
  const picture = document.createElement("div");
  picture.id = id;
  picture.className = "plot";
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", summary);
  return picture;
}

/** A logarithmic axis has no room for what isn't above 0. */
const drawable = (values: readonly number[], { log = false }: Axis): (number | null)[] =>
  values.map((value) => (Number.isFinite(value) && (!log || value > 0) ? value : null));

/** Puts the plot's section onto the page, where it gets its size, and draws it. */
export function showPlot(plot: Plot, id: string, into: HTMLElement): void {
  const { band, lines, x, y, title, table } = plot;
  const picture = pictureOf(id, `Plot: ${title}. ${plot.summary} The numbers are in the table below it.`);
  const entries = band ? [{ ...band, style: "band" }, ...lines] : lines;
  const { section } = makeFigure({ id, ...plot }, [
    legendOf(entries),
    picture,
    foldedTable(title, table.columns, table.rows),
  ]);
  into.append(section);
  const columns = lines.map((line): uPlot.AlignedData => [[...line.x], drawable(line.y, y)]);
  const limits = band ? [[[...band.x], [...band.high], [...band.low]] satisfies uPlot.AlignedData] : [];
  const edges: uPlot.Series[] = band ? [1, 2].map(() => ({ spanGaps: true, width: 0, points: { show: false } })) : [];
  const scale = ({ log = false }: Axis): uPlot.Scale => ({ time: false, ...(log && { distr: 3, range: wholePowers }) });
  mount(
    id,
    picture,
    {
      scales: { x: scale(x), y: scale(y) },
      axes: [axisOf(x, BELOW), axisOf(y, BESIDE)],
      series: [{}, ...edges, ...lines.map(seriesOf)],
      ...(band && { bands: [{ series: [1, 2], fill: () => colour(`${band.colour}-pale`) }] }),
    },
    uPlot.join([...limits, ...columns]),
  );
}
