// Mutants of the texts for WebGPU: `[file, text to find, replacement, test file that must fail]`; no test here needs a device.

const MAP = "test/gpu/map.test.ts";
const REDUCE = "test/gpu/reduce.test.ts";

export default [
  ["gpu/kernel.ts", "const WINDOW = 256;", "const WINDOW = 128;", MAP],
  [
    "gpu/shader.ts",
    'dtype !== "float32" && this.settings.numbers === "literal"',
    'this.settings.numbers === "literal"',
    MAP,
  ],
  ["gpu/expressions.ts", '...float(call("equal"))', '...float(infix("=="))', MAP],
  ["gpu/map.ts", "blocks.set(block, known);", "", MAP],
  [
    "gpu/split.ts",
    "if (buffersOf(head) <= maxBuffers) return [head",
    "if (buffersOf(head) <= maxBuffers + 1) return [head",
    MAP,
  ],
  ["gpu/effort.ts", "sum + (BY_OP.get(op) ?? 1)", "sum + 1", MAP],
  ["gpu/functions.ts", "search(source);", "", MAP],

  ["gpu/reduce.ts", "share.length > 2 * RUN", "share.length > 1e9", REDUCE],
  ["gpu/reduce.ts", "areAcross(terms) && terms.reduced.total >= 16 * ROWS", "terms.reduced.total >= 16 * ROWS", REDUCE],
  ["gpu/reduce/terms.ts", "kept.total < FEW && reduced.total > MANY", "reduced.total > MANY * 1000", REDUCE],
  ["gpu/reduce/terms.ts", "if (count <= 32) return true;", "", REDUCE],
];
