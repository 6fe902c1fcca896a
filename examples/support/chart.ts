/** Draws charts as SVG documents: lines, bands, bars and points, in one or several panels. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { escapeText, roundTicks, type Tick } from "./scale.ts";

/** Colours that also the colour-blind tell apart (Okabe and Ito). */
export const BLUE = "#0072b2";
export const ORANGE = "#d55e00";
export const GREEN = "#009e73";
export const PINK = "#cc79a7";
export const GREY = "#777777";

interface Common {
  /** Appears in the legend, once for each name. */
  readonly name?: string;
  readonly colour: string;
  readonly x: readonly number[];
}

export type Series =
  | (Common & {
      readonly kind: "line";
      readonly y: readonly number[];
      readonly dashed?: boolean;
      readonly width?: number;
    })
  | (Common & { readonly kind: "band"; readonly low: readonly number[]; readonly high: readonly number[] })
  | (Common & { readonly kind: "bars"; readonly y: readonly number[] })
  | (Common & {
      readonly kind: "points";
      readonly y: readonly number[];
      readonly radius?: number | readonly number[];
      readonly hollow?: boolean;
    });

export interface Axis {
  readonly label: string;
  readonly log?: boolean;
  /** The ends; by default the data's (for y rounded). */
  readonly range?: readonly [low: number, high: number];
}

export interface Panel {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM, HEAD] = [380, 260, 66, 20, 56, 48, 44];

interface Scale {
  readonly fraction: (value: number) => number;
  readonly ticks: readonly Tick[];
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const superscript = (n: number): string =>
  (n < 0 ? "⁻" : "") + [...String(Math.abs(n))].map((digit) => SUPERSCRIPTS[Number(digit)]).join("");

function scaleOf({ log, range }: Axis, values: readonly number[], rounded: boolean): Scale {
  const to = log ? Math.log10 : (value: number) => value;
  const shown = values.filter((v) => !log || v > 0);
  const [low, high] = (range ?? [Math.min(...shown), Math.max(...shown)]).map(to) as [number, number];
  const step = Math.ceil((high - low) / 6);
  const powers = Array.from(
    { length: Math.floor(high + 1e-9) - Math.ceil(low - 1e-9) + 1 },
    (_, i) => Math.ceil(low - 1e-9) + i,
  );
  const all = log
    ? powers.filter((p) => p % step === 0).map((p) => ({ value: 10 ** p, label: `10${superscript(p)}` }))
    : roundTicks(low, high);
  const round = rounded && !log && !range;
  const [first, last] = round ? [all[0]?.value ?? low, all.at(-1)?.value ?? high] : [low, high];
  // What a logarithmic axis cannot show lies below it.
  const fraction = (value: number) => (log && value <= 0 ? -1 : (to(value) - first) / (last - first));
  return { fraction, ticks: all.filter(({ value }) => Math.abs(fraction(value) - 0.5) < 0.5001) };
}

const fixed = (n: number): string => n.toFixed(1);
const textAt = (x: number, y: number, text: string, more = ""): string =>
  `<text x="${fixed(x)}" y="${fixed(y)}" ${more}>${escapeText(text)}</text>`;

function drawSeries(series: Series, px: (v: number) => number, py: (v: number) => number): string {
  const { colour, x } = series;
  const place = (i: number, y: readonly number[]) => `${fixed(px(x[i] as number))},${fixed(py(y[i] as number))}`;
  const indices = x.map((_, i) => i);
  if (series.kind === "line") {
    const dashes = series.dashed ? ' stroke-dasharray="5 4"' : "";
    const points = indices.map((i) => place(i, series.y)).join(" ");
    return `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="${series.width ?? 1.8}"${dashes}/>`;
  }
  if (series.kind === "band") {
    const upper = indices.map((i) => place(i, series.high));
    const lower = indices.map((i) => place(i, series.low)).reverse();
    return `<polygon points="${[...upper, ...lower].join(" ")}" fill="${colour}" fill-opacity="0.18"/>`;
  }
  if (series.kind === "bars") {
    const half = (Math.abs(px(x[1] as number) - px(x[0] as number)) || 20) * 0.38;
    const zero = py(0);
    return indices
      .map((i) => {
        const [middle, end] = [px(x[i] as number), py(series.y[i] as number)];
        const top = Math.min(zero, end);
        const height = Math.abs(zero - end);
        return `<rect x="${fixed(middle - half)}" y="${fixed(top)}" width="${fixed(2 * half)}" height="${fixed(height)}" fill="${colour}"/>`;
      })
      .join("");
  }
  const { radius = 3.5 } = series;
  const fill = series.hollow ? `fill="white" stroke-width="1.8" stroke="${colour}"` : `fill="${colour}" stroke="white"`;
  return indices
    .map((i) => {
      const r = typeof radius === "number" ? radius : (radius[i] as number);
      return `<circle cx="${fixed(px(x[i] as number))}" cy="${fixed(py(series.y[i] as number))}" r="${fixed(r)}" ${fill}/>`;
    })
    .join("");
}

/** A small sample of a series, 18 wide. */
function sample(series: Series): string {
  const { colour } = series;
  if (series.kind === "line") {
    return `<path d="M0 -4h18" stroke="${colour}" stroke-width="2"${series.dashed ? ' stroke-dasharray="5 4"' : ""}/>`;
  }
  if (series.kind === "points") {
    const fill = series.hollow ? `fill="white" stroke-width="1.8" stroke="${colour}"` : `fill="${colour}"`;
    return `<circle cx="9" cy="-4" r="3.5" ${fill}/>`;
  }
  return `<rect y="-9" width="18" height="10" fill="${colour}"${series.kind === "band" ? ' fill-opacity="0.25"' : ""}/>`;
}

function legend(series: readonly Series[]): string {
  const named = series.filter((s, i) => s.name && series.findIndex((other) => other.name === s.name) === i);
  let x = 0;
  return named
    .map((s) => {
      const at = x;
      x += 44 + (s.name as string).length * 6.3;
      return `<g transform="translate(${fixed(at)} -12)">${sample(s)}${textAt(24, 0, s.name as string, 'text-anchor="start"')}</g>`;
    })
    .join("");
}

function drawPanel({ title, x, y, series }: Panel, index: number): string {
  const values = series.flatMap((s) =>
    s.kind === "band" ? [...s.low, ...s.high] : s.kind === "bars" ? [0, ...s.y] : s.y,
  );
  const horizontal = scaleOf(
    x,
    series.flatMap((s) => s.x),
    false,
  );
  const vertical = scaleOf(y, values, true);
  const px = (v: number) => WIDTH * horizontal.fraction(v);
  const py = (v: number) => HEIGHT * (1 - vertical.fraction(v));
  const clip = `inside${index}`;
  return [
    `<g transform="translate(${LEFT + index * (LEFT + WIDTH + RIGHT)} ${HEAD + TOP})">`,
    textAt(0, -34, title, 'text-anchor="start" font-size="13" fill="black"'),
    legend(series),
    `<clipPath id="${clip}"><rect x="-4" y="-4" width="${WIDTH + 8}" height="${HEIGHT + 8}"/></clipPath>`,
    ...vertical.ticks.map(({ value, label }) => {
      const at = fixed(py(value));
      return `<path d="M0 ${at}h${WIDTH}" stroke="#e4e4e4"/>${textAt(-8, py(value) + 4, label, 'text-anchor="end"')}`;
    }),
    ...horizontal.ticks.map(({ value, label }) => {
      const at = fixed(px(value));
      return `<path d="M${at} 0v${HEIGHT}" stroke="#f0f0f0"/><path d="M${at} ${HEIGHT}v5" stroke="#333"/>${textAt(px(value), HEIGHT + 19, label)}`;
    }),
    `<path d="M0 0v${HEIGHT}h${WIDTH}" fill="none" stroke="#333"/>`,
    `<g clip-path="url(#${clip})">`,
    ...series.map((s) => drawSeries(s, px, py)),
    "</g>",
    textAt(WIDTH / 2, HEIGHT + 38, x.label),
    `<text transform="translate(-50 ${HEIGHT / 2}) rotate(-90)">${escapeText(y.label)}</text>`,
    "</g>",
  ].join("\n");
}

/** An SVG document with panels side by side. */
export function drawChart(title: string, panels: readonly Panel[]): string {
  const size = [panels.length * (LEFT + WIDTH + RIGHT), HEAD + TOP + HEIGHT + BOTTOM];
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size[0]}" height="${size[1]}" viewBox="0 0 ${size.join(" ")}"`,
    `  font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="12" fill="#333" text-anchor="middle">`,
    `<title>${escapeText(title)}</title>`,
    `<rect width="100%" height="100%" fill="white"/>`,
    textAt(LEFT, 28, title, 'font-size="17" fill="black" text-anchor="start"'),
    ...panels.map(drawPanel),
    "</svg>",
  ].join("\n")}\n`;
}

/** Writes a chart to examples/out and says so. */
export function saveChart(name: string, title: string, panels: readonly Panel[]): void {
  const path = fileURLToPath(new URL(`../out/${name}.svg`, import.meta.url));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, drawChart(title, panels));
  console.log(`picture: ${relative(process.cwd(), path)}`);
}

/** Throws unless `condition` holds: what an example claims must be so. */
export function expect(condition: boolean, claim: string): void {
  if (!condition) throw new Error(`Not so: ${claim}`);
  console.log(`ok: ${claim}`);
}
