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

const SOME = { operations: 1, random: 1, dropout: 1 };
const MORE = { ...SOME, networks: 1, models: 1, functions: 1 };

/** Every change runs so much, in some seconds: of each family one in so many cases, and random programs; */
const SUBSET = { families: SOME, programs: 20 };
/**
 * and this the whole: on a busy machine of two cores 23 minutes in Chromium and half an hour in Deno. The docstring's
 * kernels are 11 minutes of those in Chromium; Deno, which takes several times as long for a pipeline, has a part of them.
 */
const WHOLE = {
  chromium: { families: { ...MORE, docstring: 1 }, programs: 200 },
  deno: { families: { ...MORE, docstring: 8 }, programs: 200 },
};

/** What a runtime is told to run, and which families are left to the whole. */
export function chosen(runtime, isSubset) {
  const whole = WHOLE[runtime];
  const choice = isSubset ? SUBSET : whole;
  const left = Object.keys(whole.families).filter((name) => !(name in choice.families));
  return { wanted: { files: readdirSync(DATA), ...choice }, left };
}
