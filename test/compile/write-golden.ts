/** Writes test/compile/golden/: `npm run golden`. */
import { writeFileSync } from "node:fs";
import { programs } from "./programs.ts";

for (const [name, text] of programs()) writeFileSync(new URL(`golden/${name}.txt`, import.meta.url), text);
