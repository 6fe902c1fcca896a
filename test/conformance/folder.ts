/** Reference values in a folder. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Source } from "./data.ts";

/** Whether these are this project's own reference values. */
export const isOwnData = (): boolean => !process.env.CONFORMANCE_DATA;

/** This project's own reference values, or those of the folder named by `CONFORMANCE_DATA`. */
export const dataFolder = (): string => process.env.CONFORMANCE_DATA || fileURLToPath(new URL("data", import.meta.url));

export function fromFolder(place: string): Source {
  const found = existsSync(place) ? readdirSync(place, { recursive: true }).map((file) => `${file}`) : [];
  const files = found.filter((file) => statSync(join(place, file)).isFile());
  // Windows separates the parts of a path by another sign.
  const names = files.map((file) => file.split(sep).join("/")).sort();
  return { place, files: names, read: async (file) => readFileSync(join(place, file)) };
}
