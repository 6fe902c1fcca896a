/** Writes docs/operations.md: `npm run docs:operations`. */
import { writeFileSync } from "node:fs";
import { operations } from "./operations.ts";

writeFileSync(new URL("../../docs/operations.md", import.meta.url), operations());
