// Lets Node load TypeScript, and "cotangent" from its sources: `node --import ./scripts/typescript.mjs file.ts`.

import { register } from "node:module";

process.setSourceMapsEnabled(true);
register("./typescript-hooks.mjs", import.meta.url);
