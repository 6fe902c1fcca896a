/** Writes the made sections of docs/design.md: `npm run docs:design`. */
import { readFileSync, writeFileSync } from "node:fs";
import { design, document } from "./design.ts";

writeFileSync(document, design(readFileSync(document, "utf8")));
