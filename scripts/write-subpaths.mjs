// Writes an entry for each namespace of the whole, `cotangent/numpy` and so on, of which a bundler takes what a program uses:
// of a namespace that a module hands on (`import { numpy } from "cotangent"`) esbuild takes everything.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const write = (name, lines) => writeFileSync(path(`dist/${name}`), `${lines.join("\n")}\n`);
const isReserved = (name) => ["switch", "var"].includes(name);

/** The namespaces and their modules. */
const index = readFileSync(path("src/index.ts"), "utf8");
const namespaces = [...index.matchAll(/^export \* as (\w+) from "\.\/(.*)\.ts";$/gm)];
const declarations = readFileSync(path("dist/node/index.d.ts"), "utf8");
const whole = await import("../dist/node/index.js");

/** A namespace's names in the declarations of the whole, and what each is called there. */
function declaredNames(namespace) {
  const block = new RegExp(`^export declare namespace ${namespace} \\{\\n    export \\{([^}]*)\\}`, "m");
  const items = block.exec(declarations)[1].split(",");
  return items.map((item) => {
    const [own, name = own] = item.trim().split(" as ");
    return { own, name };
  });
}

/** A declaration that takes its comment with it; a reserved word can't be an alias, and has to copy its own. */
function declare({ own, name }) {
  if (!isReserved(name)) return `export import ${name} = names.${name};`;
  const place = new RegExp(`(/\\*\\*(?:(?!\\*/)[^])*\\*/)\\ndeclare (?:const|function) ${own}\\b`);
  const [, comment] = place.exec(declarations);
  return `${comment}\ndeclare const ${own}: (typeof names)["${name}"];\nexport { ${own} as ${name} };`;
}

for (const [, namespace, module] of namespaces) {
  for (const [entry, file] of [
    ["index", namespace],
    ["workerd", `workerd-${namespace}`],
  ]) {
    write(`modules/${file}.js`, [`import "./${entry}.js";`, `export * from "./src/${module}.js";`]);
  }
  const names = declaredNames(namespace);
  const values = names.filter(({ name }) => name in whole[namespace]);
  const plain = values.filter(({ name }) => !isReserved(name));
  const reserved = values.filter(({ name }) => isReserved(name));
  write(`node/${namespace}.js`, [
    `/* @ts-self-types="./${namespace}.d.ts" */`,
    `import { ${namespace} as names } from "./index.js";`,
    `export const { ${plain.map(({ name }) => name).join(", ")} } = names;`,
    ...reserved.map(({ own, name }) => `const { ${name}: ${own} } = names;\nexport { ${own} as ${name} };`),
  ]);
  write(`node/${namespace}.d.ts`, [`import { ${namespace} as names } from "./index.js";`, ...names.map(declare)]);
}
