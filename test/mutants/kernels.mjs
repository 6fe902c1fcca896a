// Mutants of the kernels: `[file, text to find, replacement, test file that must fail]`, and `ENDLESS` where threads that go
// different ways may wait for each other for ever, so that the test doesn't end.

const THREADS = "test/device/threads-control.test.ts";
const ENDLESS = true;
const COPY = "test/kernels/copy.test.ts";
const REDUCE = "test/kernels/reduce.test.ts";
const INDEXING = "test/kernels/indexing.test.ts";
const CONTRACT = "test/kernels/contract.test.ts";
const ZEROS = "test/kernels/zeros.test.ts";
const MAP = "test/kernels/map.test.ts";
const LINALG = "test/kernels/linalg.test.ts";

export default [
  // A thread goes on before the others have seen what they are to see.
  [
    "assembly/threads.ts",
    "// The next command may overwrite what was read.\n  latest = TOGETHER;",
    "latest = NOTHING;",
    THREADS,
    ENDLESS,
  ],
  ["assembly/threads.ts", "if (latest != NOTHING) meet();", "", THREADS, ENDLESS],
  [
    "assembly/threads.ts",
    "latest == TOGETHER || (shared && latest == ALONE)",
    "shared && latest == ALONE",
    THREADS,
    ENDLESS,
  ],
  ["assembly/threads.ts", "latest == TOGETHER || (shared && latest == ALONE)", "latest == TOGETHER", THREADS, ENDLESS],
  ["assembly/execute.ts", "case Command.BRANCH:\n        agree();", "case Command.BRANCH:", THREADS, ENDLESS],
  ["assembly/execute.ts", "case Command.LEAVE:\n        agree();", "case Command.LEAVE:", THREADS, ENDLESS],

  ["assembly/move/copy.ts", "&& srcRow == 4 && dstColumn == 4", "&& srcRow == 4", COPY],
  ["assembly/move/copy.ts", "&& srcRow == 4 && dstColumn == 4", "&& srcRow == 4", "test/lax/movement.test.ts"],
  ["assembly/move/copy.ts", "&& srcRow == 4 && dstColumn == 4", "&& dstColumn == 4", COPY],
  ["assembly/move/copy.ts", "min(TILE, rows - row),", "TILE,", COPY],
  ["assembly/simd.ts", "v128.store(dst + 2 * step, v128.shuffle<i64>(high01, high23, 0, 2))", "", COPY],
  ["assembly/axes.ts", "this.stride(operand, last) != stride * size", "this.stride(operand, last) < stride", COPY],

  ["assembly/reduce/index.ts", "if (runs & 1) value = combine", "if (runs) value = combine", REDUCE],
  ["assembly/reduce/index.ts", "const rows = min(left, RUN_ROWS);", "const rows = left;", REDUCE],
  ["assembly/reduce/argreduce.ts", "if (isFloat<T>() && best != best) return found;", "", REDUCE],
  ["assembly/reduce/fold.ts", "op == ReduceOp.PROD || op == ReduceOp.AND", "op == ReduceOp.PROD", REDUCE],

  ["assembly/move/argsort.ts", "takesRight = b < a;", "takesRight = b <= a;", INDEXING],
  ["assembly/move/argsort.ts", "if (isFloat<T>() && a != a && b == b) takesRight = true;", "", INDEXING],
  ["assembly/move/indexing.ts", "if (row >= rows) continue;", "if (row > rows) continue;", INDEXING],
  ["assembly/move/indexing.ts", "if (row >= rows) fill", "if (row > rows) fill", INDEXING],
  [
    "assembly/move/indexing.ts",
    "let operand = <usize>load<u32>(list, 12) + <usize>batch * rows * bytes;",
    "let operand = <usize>load<u32>(list, 12);",
    INDEXING,
  ],

  ["assembly/map/index.ts", "without the odometer.\n    axes.seek(start);", "without the odometer.", MAP],
  [
    "assembly/map/index.ts",
    "for (; i < count; ++i, src += 4, ++dst)",
    "for (; i + 1 < count; ++i, src += 4, ++dst)",
    MAP,
  ],

  [
    "assembly/contract/tables.ts",
    "rowStart = sliceStart(rows, tileRows);",
    "rowStart = sliceStart(rows, 1);",
    CONTRACT,
  ],
  ["assembly/contract/pack.ts", "run = offset + <u32>itemSize == next ? run + 1 : 1;", "run = run + 1;", CONTRACT],
  [
    "assembly/contract/microkernel.ts",
    "low4 = v128.add<T>(v128.load(c + load<u32>(rowTable, 16)), low4);",
    "",
    CONTRACT,
  ],
  ["assembly/contract/zeros.ts", "v128.any_true(differences) ? INFINITE : FINITE", "FINITE", ZEROS],
  ["assembly/contract/zeros.ts", "i32x4.shl(rows, 1)", "rows", ZEROS],
  ["assembly/contract/blocked.ts", " || (squeezed && !areFinite(bytesB))", "", ZEROS],
  [
    "assembly/contract/dots.ts",
    "x13 = multiplyAdd<T>(r1, column, x13);",
    "x13 = multiplyAdd<T>(r0, column, x13);",
    CONTRACT,
  ],

  ["assembly/linalg/cholesky.ts", "if (!(value > 0))", "if (value <= 0)", LINALG],
  ["assembly/linalg/householder.ts", "first < 0 ? length : -length", "length", LINALG],
];
