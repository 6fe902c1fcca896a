/** The program that the blocks of docs/webgpu.md are, in a file of its own. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

export const guide = (): string =>
  [...readFileSync(join(root, "docs/webgpu.md"), "utf8").matchAll(/```ts\n([\s\S]*?)```/g)]
    .map(([, block]) => block)
    .join("\n");

/** Calls a function with a folder for the program, in which "cotangent" means the sources. */
export async function withGuide<Result>(fn: (folder: string, file: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(root, "test", "guide-"));
  try {
    const file = join(folder, "guide.ts");
    writeFileSync(file, `${guide()}\nexport { here, kept, kernel, onCpu, product, somewhere, stays, sum, traced };\n`);
    return await fn(folder, file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
