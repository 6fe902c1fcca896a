// Prints what a bundle holds that imports a part of the package, and fails when a part brings nearly everything.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import terser from "@rollup/plugin-terser";
import { rollup } from "rollup";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const { sideEffects } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

/** What a user imports, and does with it. The device and the arrays' methods come with every import. */
const programs = [
  ["tree", "console.log(tree.map)"],
  ["random", "console.log(random.normal(random.key(0), [3]))"],
  ["array, grad, lax", "console.log(grad((x) => lax.reduceSum(lax.mul(x, x)))(array([1])))"],
  ["nt", "console.log(nt.empiricalNtkFn)"],
];
/** A part must leave out at least this share of the whole. */
const SMALLEST_SAVING = 0.3;

/** The gzipped size of `code`, bundled with the Worker's entry as a bundler would that honours `sideEffects`. */
async function sizeOf(code) {
  const bundle = await rollup({
    input: "program",
    treeshake: {
      moduleSideEffects: (id) => id === "program" || sideEffects.some((name) => id.endsWith(name.slice(1))),
    },
    plugins: [
      {
        name: "program",
        resolveId(id) {
          if (id === "program") return id;
          if (id === "cotangent") return `${dist}workerd.js`;
          return id.endsWith(".wasm") ? { id, external: true } : null;
        },
        load: (id) => (id === "program" ? code : null),
      },
      terser({ module: true }),
    ],
  });
  const { output } = await bundle.generate({ format: "es" });
  return gzipSync(output[0].code, { level: 9 }).length;
}

const whole = await sizeOf('import * as all from "cotangent"; console.log(all);');
const kb = (bytes) => `${(bytes / 1000).toFixed(1)} KB`.padStart(10);
console.log(`\nbundled code, gzip, without the kernels\neverything    ${kb(whole)}`);
for (const [names, program] of programs) {
  const size = await sizeOf(`import { ${names} } from "cotangent"; ${program}`);
  console.log(`${`{ ${names} }`.padEnd(22)}${kb(size)}`);
  if (size > (1 - SMALLEST_SAVING) * whole) {
    process.exitCode = 1;
    console.error(`importing { ${names} } brings nearly everything`);
  }
}
