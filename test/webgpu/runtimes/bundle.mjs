// The module that runs conformance and random programs in another runtime, and the choice of them.

import { readdirSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));

/** The folder of reference values. */
export const DATA = process.env.CONFORMANCE_DATA
  ? pathToFileURL(`${process.env.CONFORMANCE_DATA}/`)
  : new URL("../../conformance/data/", import.meta.url);

export const DIST = new URL("../../../dist/", import.meta.url);

/** The suite as one module for any runtime; the library stays outside, by the name "cotangent". */
export async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [`${here}suite.ts`],
    bundle: true,
    format: "esm",
    target: "es2022",
    external: ["cotangent"],
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0].text;
}

/** Every change runs so much, in some seconds: of each family one in so many cases; */
const SUBSET = { families: { operations: 1, random: 1, dropout: 1 }, programs: 20 };
/**
 * and this the whole, 20 minutes in both runtimes on a busy machine of two cores. There all of the docstring's kernels
 * take 11 minutes in Chromium alone, and the 18,000 of `functions` more than a quarter of an hour; Node computes them all.
 */
const WHOLE = { families: { ...SUBSET.families, networks: 1, models: 1, functions: 16, docstring: 8 }, programs: 200 };

/** What a runtime is told to run, and which families are left to the whole. */
export function chosen(isSubset) {
  const choice = isSubset ? SUBSET : WHOLE;
  const left = Object.keys(WHOLE.families).filter((name) => !(name in choice.families));
  return { wanted: { files: readdirSync(DATA), ...choice }, left };
}
