/** A function of two inputs as a picture: its values as colours below the examples. */
import uPlot from "uplot";
import { colourOf } from "../../support/heatmap.ts";
import { foldedTable, makeFigure } from "../table.ts";
import { axisOf, BELOW, BESIDE, discs, legendOf, mount, pictureOf } from "./plot.ts";

export interface Points {
  readonly name: string;
  readonly style: "light" | "dark";
  readonly x: readonly number[];
  readonly y: readonly number[];
}

export interface Field {
  readonly title: string;
  readonly caption: string;
  /** The values' places: equidistant, from the lowest to the highest. */
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Row by row from the lowest y. */
  readonly values: readonly number[];
  readonly points: readonly Points[];
}

const limitsOf = (values: readonly number[]): [number, number] => [Math.min(...values), Math.max(...values)];
const short = (value: number): string => value.toPrecision(3).replace("-", "−");

/** Below the discs lie colours of every kind, in the dark as well. */
const [white, black] = [() => "#fff", () => "#000"];

/** The colours with the values at their ends. */
function scaleBar([low, high]: [number, number]): HTMLElement {
  const bar = document.createElement("p");
  bar.className = "scale";
  const colours = document.createElement("span");
  const stops = Array.from({ length: 9 }, (_, i) => `rgb(${colourOf(i / 8).join()})`);
  colours.style.background = `linear-gradient(to right, ${stops.join()})`;
  bar.append(short(low), colours, short(high));
  return bar;
}

/** Puts the field's section onto the page, where it gets its size, and draws it. */
export function showField(field: Field, id: string, into: HTMLElement): void {
  const { title, x, y, values, points } = field;
  const limits = limitsOf(values);
  const [least, most] = [limits[0], limits[1]].map((value) => placeOf(field, value));
  const summary =
    `Picture: ${title}. Values from ${short(limits[0])}, at ${least}, to ${short(limits[1])}, at ${most}. ` +
    "The numbers are in the table below it.";
  const picture = pictureOf(id, summary);
  const rows = y.map((up, i) => [
    short(up),
    ...x.map((_, j) => (values[i * x.length + j] ?? Number.NaN).toPrecision(6)),
  ]);
  const { section } = makeFigure({ id, ...field }, [
    scaleBar(limits),
    legendOf(points),
    picture,
    foldedTable(title, ["second input \\ first", ...x.map(short)], rows.reverse()),
  ]);
  into.append(section);
  const scale = (list: readonly number[]): uPlot.Scale => ({ time: false, range: () => limitsOf(list) });
  mount(
    id,
    picture,
    {
      scales: { x: scale(x), y: scale(y) },
      axes: [axisOf({ label: "first input" }, BELOW, false), axisOf({ label: "second input" }, BESIDE, false)],
      series: [{}, ...points.map(({ style }) => (style === "light" ? discs(9, white, black) : discs(9, black, white)))],
      hooks: { drawClear: [(plot) => paint(plot, field, limits)] },
    },
    uPlot.join(points.map(sorted)),
  );
}

/** uPlot wants the first coordinates in order. */
function sorted({ x, y }: Points): uPlot.AlignedData {
  const order = [...x.keys()].sort((i, j) => (x[i] ?? 0) - (x[j] ?? 0));
  return [order.map((i) => x[i] ?? 0), order.map((i) => y[i] ?? 0)];
}

function placeOf({ x, y, values }: Field, value: number): string {
  const index = values.indexOf(value);
  return `(${short(x[index % x.length] ?? 0)}, ${short(y[Math.floor(index / x.length)] ?? 0)})`;
}

function paint(plot: uPlot, { x, y, values }: Field, [low, high]: [number, number]): void {
  const { ctx: pen, bbox } = plot;
  pen.save();
  pen.beginPath();
  pen.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  pen.clip();
  const half = [x, y].map((list) => ((list[1] ?? 0) - (list[0] ?? 0)) / 2) as [number, number];
  for (const [i, up] of y.entries()) {
    const top = Math.floor(plot.valToPos(up + half[1], "y", true));
    const bottom = Math.ceil(plot.valToPos(up - half[1], "y", true));
    for (const [j, across] of x.entries()) {
      const left = Math.floor(plot.valToPos(across - half[0], "x", true));
      const right = Math.ceil(plot.valToPos(across + half[0], "x", true));
      pen.fillStyle = `rgb(${colourOf(((values[i * x.length + j] ?? low) - low) / (high - low || 1)).join()})`;
      pen.fillRect(left, top, right - left, bottom - top);
    }
  }
  pen.restore();
}
