/** Products of growing size, and which way of writing their kernel is the fastest. */
import { fits, LARGE, MIDDLE, SMALL, type Tile } from "../../gpu/contract/tiles.ts";
import { type Cell, giga, milliseconds, percent, type Table, times } from "../support/table.ts";
import type { Opened } from "./adapter.ts";
import { about, type Budget, notRun } from "./budget.ts";
import { JAX_JS, type PeerProducts } from "./peers.ts";
import { LAYOUTS, type Layout, makeProduct, type Rate, timeProduct, type Written } from "./product.ts";
import { now } from "./timing.ts";

export const SIZES = [128, 256, 512, 1024, 2048, 4096, 8192] as const;
/** From here on products are what the project's goals speak of. */
const FIRST_SHOWN = 1024;
/** A run may take so many of the seconds that there are. */
const SHARE = 0.05;
const TOLERANCE = 1e-5;

export interface ProductRow {
  readonly n: number;
  readonly layout: Layout;
  readonly flops: number;
  readonly rate: Rate | null;
  readonly error: number | null;
  readonly kernel: string;
  readonly unavailable?: string;
}

/** The rate at which a row computes, by the device's clock where there is one. */
export const rateOf = ({ flops, rate }: ProductRow): number | null =>
  rate && flops / Math.min(rate.median, rate.passSeconds ?? Number.POSITIVE_INFINITY);

async function measured(opened: Opened, n: number, layout: Layout, tiers: boolean): Promise<ProductRow> {
  const made = await makeProduct(opened.own, n, layout, null);
  const rate = await timeProduct(opened, made, tiers);
  const error = await made.error();
  return { n, layout, flops: made.flops, rate, error, kernel: made.labels.join("; ") };
}

/** All sizes by the library's own choice; `tiers` where it compiles heavy kernels twice. */
export async function measureProducts(
  opened: Opened,
  budget: Budget,
  tiers: boolean,
  report: (line: string) => void,
): Promise<ProductRow[]> {
  const rows: ProductRow[] = [];
  const whole = budget.left;
  let last: number | null = null;
  for (const n of SIZES) {
    for (const layout of LAYOUTS) {
      const flops = 2 * n ** 3;
      const predicted: number = last === null ? 0 : 8 * last;
      let row: ProductRow;
      if (predicted > SHARE * whole || 8 * predicted > budget.left) {
        const why = notRun(`a run would take about ${about(predicted)}`);
        row = { n, layout, flops, rate: null, error: null, kernel: "", unavailable: why };
      } else {
        try {
          row = await measured(opened, n, layout, tiers && flops >= opened.own.heavyFlops);
        } catch (error) {
          const why = notRun(error instanceof Error ? error.message : String(error));
          row = { n, layout, flops, rate: null, error: null, kernel: "", unavailable: why };
        }
      }
      rows.push(row);
      report(`product ${n} ${layout}: ${row.rate ? `${giga(rateOf(row) as number)} GFLOP/s` : row.unavailable}`);
    }
    last = rows.at(-1)?.rate?.median ?? (last === null ? null : 8 * last);
  }
  return rows;
}

export function productTable(rows: readonly ProductRow[], peak: number, peer: PeerProducts): Table {
  const shown = rows.filter(({ n, rate }) => n >= FIRST_SHOWN || rate);
  return {
    title: "Products of squares",
    columns: [
      "product",
      "by the clock",
      "GFLOP/s",
      "by timestamps, GFLOP/s",
      "of peak",
      "error",
      "kernel",
      `${JAX_JS}, GFLOP/s`,
      `cotangent / ${JAX_JS}`,
    ],
    rows: shown.map((row): Cell[] => {
      const { n, layout, flops, rate, error, kernel, unavailable } = row;
      const name = `${n} ${layout}`;
      const other = peer.of(n, layout);
      const others = typeof other === "number" ? giga(flops / other) : other;
      if (!rate) return [name, unavailable ?? "", null, null, null, null, null, others, null];
      const best = rateOf(row) as number;
      return [
        name,
        `${milliseconds(rate.median)} x ${rate.runs}`,
        giga(flops / rate.median),
        rate.passSeconds === null ? "no timestamps" : giga(flops / rate.passSeconds),
        percent(best / peak),
        `${(error as number).toExponential(0)}${(error as number) > TOLERANCE ? " WRONG" : ""}`,
        kernel,
        others,
        typeof other === "number" ? times(other / rate.median) : null,
      ];
    }),
    data: shown.map((row) => ({ ...row, peer: peer.of(row.n, row.layout) })),
  };
}

/** Wrong products, for the end of the run. */
export const wrongProducts = (rows: readonly ProductRow[]): string[] =>
  rows.flatMap(({ n, layout, error }) =>
    error !== null && error > TOLERANCE ? [`the product ${n} ${layout} is off by ${error.toExponential(1)}`] : [],
  );

/** Beside the library's classes those that lie between, and what others use. */
const TILES: readonly Tile[] = [
  MIDDLE,
  LARGE,
  SMALL,
  { rows: 128, columns: 128, depth: 16, height: 8, width: 8 },
  { rows: 128, columns: 64, depth: 16, height: 8, width: 8 },
  { rows: 64, columns: 128, depth: 16, height: 8, width: 8 },
  { rows: 64, columns: 64, depth: 8, height: 8, width: 8 },
  { rows: 64, columns: 64, depth: 16, height: 4, width: 4 },
  { rows: 64, columns: 64, depth: 16, height: 8, width: 4 },
  { rows: 32, columns: 32, depth: 32, height: 4, width: 4 },
];

const nameOf = ({ rows, columns, depth, height, width }: Tile): string =>
  `${rows}x${columns}x${depth} by ${height}x${width}`;

interface Swept {
  readonly tile: string;
  readonly unrolled: boolean;
  readonly numbers: Written["numbers"];
  readonly layout: Layout;
  readonly gflops: number | null;
  readonly wrong?: boolean;
  readonly unavailable?: string;
}

export interface Sweep {
  readonly n: number;
  readonly swept: readonly Swept[];
  /** What the library's own choice reaches. */
  readonly standard: Readonly<Record<Layout, number>>;
  readonly warnings: readonly string[];
}

const NO_TIME = notRun("no time is left");

/** So much slower than the best may the library's own choice be without a word. */
const NEAR = 1.05;

/** A size that is large, but doesn't take long: 2048 on a GPU. */
export function sweepSize(rows: readonly ProductRow[], budget: Budget): number {
  const short = rows.filter(({ rate, n }) => n <= 2048 && rate && rate.median < budget.left / 800);
  return short.at(-1)?.n ?? (SIZES[0] as number);
}

export async function sweepTiles(
  opened: Opened,
  n: number,
  tiers: boolean,
  budget: Budget,
  report: (line: string) => void,
): Promise<Sweep> {
  const { own } = opened;
  const swept: Swept[] = [];
  const standard = { nn: 0, nt: 0 };
  const gflops = (flops: number, { median, passSeconds }: Rate): number => flops / (passSeconds ?? median) / 1e9;
  for (const layout of LAYOUTS) {
    const made = await makeProduct(own, n, layout, null);
    standard[layout] = gflops(made.flops, await timeProduct(opened, made, tiers && made.flops >= own.heavyFlops));
  }
  let longest = 0;
  for (const numbers of ["uniform", "literal"] as const) {
    for (const unrolled of [own.settings.unrolled, !own.settings.unrolled]) {
      for (const tile of TILES.filter((candidate) => fits(candidate, own.settings))) {
        for (const layout of LAYOUTS) {
          const what = { tile: nameOf(tile), unrolled, numbers, layout };
          if (budget.left < 2 * longest) {
            swept.push({ ...what, gflops: null, unavailable: NO_TIME });
            continue;
          }
          const start = now();
          try {
            const made = await makeProduct(own, n, layout, { tile, unrolled, numbers });
            const rate = await timeProduct(opened, made, false);
            const wrong = (await made.error()) > TOLERANCE;
            swept.push({ ...what, gflops: gflops(made.flops, rate), ...(wrong ? { wrong } : {}) });
          } catch (error) {
            const why = error instanceof Error ? error.message : String(error);
            swept.push({ ...what, gflops: null, unavailable: notRun(why.slice(0, 100)) });
            if (own.lost()) throw error;
          }
          longest = Math.max(longest, now() - start);
        }
      }
      report(`sweep: ${numbers}, ${unrolled ? "unrolled" : "loops"}: ${budget.left.toFixed(0)} s left`);
    }
  }
  const warnings = LAYOUTS.flatMap((layout) => {
    const best = bestOf(swept, layout);
    const reached = standard[layout];
    if (!best?.gflops || best.gflops <= NEAR * reached) return [];
    return [
      `The library's own choice for ${n} ${layout} reaches ${reached.toFixed(1)} GFLOP/s, ${best.tile}, ` +
        `${best.unrolled ? "unrolled" : "loops"}, ${best.numbers} numbers ${best.gflops.toFixed(1)}.`,
    ];
  });
  return { n, swept, standard, warnings };
}

const bestOf = (swept: readonly Swept[], layout: Layout): Swept | undefined =>
  swept
    .filter((one) => one.layout === layout && one.gflops && !one.wrong)
    .sort((a, b) => (b.gflops ?? 0) - (a.gflops ?? 0))[0];

const variantOf = ({ numbers, unrolled, layout }: Swept): string =>
  `${numbers}, ${unrolled ? "unrolled" : "loops"}: ${layout}`;

export function sweepTable({ n, swept, standard }: Sweep): Table {
  const columns = [...new Set(swept.map(variantOf))];
  const cell = (tile: string, column: string): Cell => {
    const found = swept.find((one) => one.tile === tile && variantOf(one) === column);
    if (!found) return null;
    if (found.gflops === null) return found.unavailable ?? null;
    const best = bestOf(swept, found.layout) === found ? " (best)" : "";
    return `${giga(found.gflops * 1e9)}${found.wrong ? " WRONG" : ""}${best}`;
  };
  const tiles = [...new Set(swept.map(({ tile }) => tile))];
  // Those for which no time was left are one row together.
  const run = tiles.filter((tile) => swept.some((one) => one.tile === tile && one.unavailable !== NO_TIME));
  const rows = run.map((tile): Cell[] => [tile, ...columns.map((column) => cell(tile, column))]);
  const others = tiles.filter((tile) => !run.includes(tile));
  if (others.length > 0) rows.push([others.join(", "), ...columns.map(() => NO_TIME)]);
  const own = LAYOUTS.map((layout) => `${giga(standard[layout] * 1e9)} ${layout}`).join(", ");
  return {
    title: `Tiles: products of ${n}, GFLOP/s; the library's own choice ${own}`,
    columns: ["tile", ...columns],
    rows,
    data: [{ n, standard, swept }],
  };
}
