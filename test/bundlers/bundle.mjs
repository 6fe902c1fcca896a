// The bundlers, each as one function of the same arguments: a program's path and a folder become files in that folder.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import terser from "@rollup/plugin-terser";
import * as esbuild from "esbuild";
import { rollup } from "rollup";

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(join(here, "package.json"));

/** Installs the development dependencies of `folder`, unless they are there. */
export function installIn(folder, names) {
  const { devDependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const complete = Object.entries(devDependencies).every(([name, version]) => {
    const path = join(folder, "node_modules", name, "package.json");
    return existsSync(path) && JSON.parse(readFileSync(path, "utf8")).version === version;
  });
  if (complete) return;
  console.log(`installing ${names} ...`);
  // A bundler may have set NODE_ENV by now, for which npm would leave these out.
  const options = ["--include=dev", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  execFileSync("npm", ["ci", ...options], { cwd: folder, stdio: "inherit" });
}

export const install = () => installIn(here, "webpack, Vite and publint");

/** A package of this folder; `null` where it isn't installed. */
export async function tool(name, file = null) {
  if (!existsSync(join(here, "node_modules", name))) return null;
  return await import(pathToFileURL(file ? join(here, "node_modules", name, file) : require.resolve(name)).href);
}

async function withEsbuild(program, folder, platform) {
  await esbuild.build({
    entryPoints: { main: program },
    outdir: folder,
    bundle: true,
    minify: true,
    format: "esm",
    platform,
    // The repository's own configuration points the name of the package to its sources.
    tsconfigRaw: {},
    logLevel: "error",
  });
}

async function withWebpack(program, folder, platform) {
  const { default: webpack } = await tool("webpack");
  const compiler = webpack({
    mode: "production",
    context: dirname(program),
    entry: { main: program },
    target: platform === "node" ? "node" : "web",
    output: { path: folder, filename: "[name].js", chunkFilename: "chunk-[name].js", publicPath: "" },
    performance: { hints: false },
    // Its minifier takes most of the time, and what runs on Node is seldom minified.
    optimization: { minimize: platform !== "node" },
  });
  const stats = await new Promise((done, fail) => {
    compiler.run((error, result) => (error ? fail(error) : done(result)));
  });
  await new Promise((done) => compiler.close(done));
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  const problem = [...errors, ...warnings][0];
  if (problem) throw new Error(problem.message);
}

async function withVite(program, folder, platform) {
  const { build } = await tool("vite", "dist/node/index.js");
  await build({
    root: dirname(program),
    base: "./",
    configFile: false,
    logLevel: "error",
    ssr: { noExternal: true },
    build: {
      outDir: folder,
      emptyOutDir: false,
      target: "es2022",
      modulePreload: false,
      ssr: platform === "node",
      rolldownOptions: { input: program, output: { entryFileNames: "main.js", chunkFileNames: "chunk-[name].js" } },
    },
  });
}

/** The package's place and what is to be kept of it, as the plugin that resolves Node's way finds them. */
function resolver(program) {
  const home = join(dirname(program), "node_modules/cotangent");
  const { exports, sideEffects } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  // Patterns as plugins read them: a star is any name without a folder.
  const acting = sideEffects.map((pattern) =>
    RegExp(`^${join(home, pattern).replace(/[.+]/g, "\\$&").replaceAll("*", "[^/]*")}$`),
  );
  return {
    name: "resolver",
    resolveId(id, importer) {
      const entry = exports[id.replace(/^cotangent\b/, ".")];
      if (entry) return { id: join(home, entry.default), moduleSideEffects: true };
      if (!id.startsWith(".") || !importer) return null;
      const path = join(dirname(importer), id);
      return { id: path, moduleSideEffects: acting.some((pattern) => pattern.test(path)) };
    },
  };
}

async function withRollup(program, folder) {
  const bundle = await rollup({ input: { main: program }, plugins: [resolver(program), terser({ module: true })] });
  await bundle.write({ dir: folder, entryFileNames: "main.js", chunkFileNames: "chunk-[name].js" });
  await bundle.close();
}

export const bundlers = { esbuild: withEsbuild, webpack: withWebpack, Vite: withVite, Rollup: withRollup };
