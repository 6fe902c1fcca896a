/**
 * The numbers that the planner (TypeScript) and the kernels (AssemblyScript) agree on.
 *
 * Both compilers read this very file, so it holds nothing but `const enum`s with explicit values and
 * plain number constants. A command list is a contract between two builds that may be cached
 * separately: a new name takes a number that none has had (the next after the last), and no number changes.
 */

/** Elements that one pass over a MAP program handles: small enough for intermediates to stay in L1. */
export const BLOCK = 512;

/** Most registers a MAP program may use; each takes `BLOCK * 8` bytes of scratch. */
export const MAX_REGISTERS = 64;

/** Size in bytes of the scratch region that word 0 of a command list points at (16-byte aligned). */
export const SCRATCH_BYTES = 1572864;

/** The kernels keep their own data, and what their threads tell each other, below this address. */
export const KERNEL_BYTES = 131072;

/** Words through which threads meet, where the module's own data has ended: how often they have met, */
export const ROUND = 130816;
/** how many have arrived for the next time, */
export const ARRIVED = 130880;
/** how many sleep and need to be woken, */
export const SLEEPERS = 130944;
/** the command list that the meeting at the beginning of a run is about, */
export const LIST = 130948;
/** and 1 when a thread has failed, and will never arrive. */
export const FAILED = 130952;

/** Added to a command's first word where all threads share its work; other commands are the first thread's alone. */
export const SHARED = 256;

/** The tile of a product's innermost loop: its rows, */
export const TILE_ROWS = 5;
/** and the bytes of its columns. */
export const TILE_COLUMN_BYTES = 32;

/** The blocks along the diagonal of a product that is its own transpose: whole tiles in rows and columns. */
export const DIAGONAL_BLOCK = 40;

/** Results of a reduction that threads share out at a time. */
export const REDUCE_GRAIN = 16;

/** The trips of a loop that only a condition ends. */
export const ENDLESS = 4294967295;

/**
 * What a command does; the word after it is the command's length in words, both words included. The disassembler,
 * `test/support/disassemble.ts`, reads the names of the words from these comments.
 */
export const enum Command {
  /** `[END, 2]` */
  END = 0,
  /** `[COPY, len, itemSize, rank, src, dst, sizes[rank], srcStrides[rank], dstStrides[rank]]` */
  COPY = 1,
  /** `[FILL, len, itemSize, dst, count, lo, hi]` */
  FILL = 2,
  /**
   * `[MAP, len, rank, nIn, nConst, nOut, nInstr, sizes[rank],
   *   nIn    x [register, dtype, address, strides[rank]],
   *   nConst x [register, dtype, lo, hi],
   *   nOut   x [register, dtype, address],
   *   nInstr x [op | dtype << 16 | dtype2 << 24, dst, a, b, c, d]]`
   */
  MAP = 3,
  /**
   * `[REDUCE, len, reduceOp, dtype, dst, src, keptRank, reducedRank,
   *   keptSizes[keptRank], keptStrides[keptRank], reducedSizes[reducedRank], reducedStrides[reducedRank]]`
   */
  REDUCE = 4,
  /**
   * `[CONTRACT, len, dtype, A, B, C, batchRank, mRank, nRank, kRank,
   *   batch: sizes[batchRank], stridesA[batchRank], stridesB[batchRank], stridesC[batchRank],
   *   m: sizes[mRank], stridesA[mRank], stridesC[mRank],   n: sizes[nRank], stridesB[nRank], stridesC[nRank],
   *   k: sizes[kRank], stridesA[kRank], stridesB[kRank]]`
   */
  CONTRACT = 5,
  /**
   * `[GATHER, len, dtype, operand, indices, out, batch, rows, count, width, indexStep, lo, hi]`: out[b, i] = operand[b, indices[b, i]],
   * and the value of the bits lo, hi outside of the rows; `indexStep` (`count` or 0) leads to the next batch's indices.
   */
  GATHER = 6,
  /**
   * `[SCATTER_ADD, len, dtype, updates, indices, out, batch, rows, count, width, indexStep, replace]`: zeros, and
   * out[b, indices[b, i]] += updates[b, i], or = if `replace`, for indices inside of the rows.
   */
  SCATTER_ADD = 7,
  /** `[ARGSORT, len, dtype, operand, values, places, rows, width]`: not for bools. */
  ARGSORT = 8,
  /** `[CHOLESKY, len, dtype, A, L, batch, n, n, 0, 0]`: only the lower triangle is read. */
  CHOLESKY = 9,
  /** `[TRIANGULAR_SOLVE, len, dtype, A, b, x, batch, m, n, lower | transposed << 1 | unitDiagonal << 2]` */
  TRIANGULAR_SOLVE = 10,
  /** `[LU, len, dtype, A, lu, pivots, batch, n, n, 0, n + 1]`: pivots holds places as floats, and the sign of the permutation. */
  LU = 11,
  /** `[LU_SOLVE, len, dtype, unread, lu, pivots, b, x, batch, m, n, transposed << 1]` */
  LU_SOLVE = 12,
  /** `[HOUSEHOLDER, len, dtype, A^T, R^T, Q^T, batch, n, m, k, k * m]`: of A with m rows and n columns, k columns of Q. */
  HOUSEHOLDER = 13,
  /** `[JACOBI, len, dtype, A, W, V, batch, n, m, k, n * k]`: W = V A with orthogonal rows; no V for k = 0, else k = n. */
  JACOBI = 14,
  /**
   * `[EIGEN, len, dtype, A, V, values, room, batch, n, n, count, n]`: of symmetric matrices, V's rows if count isn't 0; never
   * SHARED. It and the other decompositions are a module of their own (`linalg.ts`).
   */
  EIGEN = 15,
  /**
   * `[SVD, len, dtype, A^T, U^T, values, V^T, room, batch, n, m, k, k * m]`: of A with m rows and n columns, m >= n; no vectors for
   * k = 0, else k of U. Never SHARED.
   */
  SVD = 16,
  /** `[LOOP, len, trips, words]`: the commands in the next `words` words, again and again; ENDLESS ends by LEAVE alone. */
  LOOP = 20,
  /** `[BRANCH, len, address, value, words]`: goes past the next `words` words unless the int32 at the address is `value`. */
  BRANCH = 21,
  /** `[LEAVE, len, address]`: ends the innermost loop if the bool at the address is false. */
  LEAVE = 22,
  /** `[SLICE, len, bytes, src, dst, srcStep, dstStep]`: copies; each trip of the innermost loop moves on by the steps. */
  SLICE = 23,
  /** As `CONTRACT`, where C[m, n] = C[n, m]: what stands below the blocks along the diagonal may be left as it is. */
  CONTRACT_HALF = 25,
  /** `[ADD, len, address, bytes]`: every thread adds the kernels of the module that lies there. */
  ADD = 24,
}

/** Element types. In memory a bool is one byte, 0 or 1; in a MAP register it is an int32. */
export const enum DType {
  FLOAT32 = 0,
  FLOAT64 = 1,
  INT32 = 2,
  UINT32 = 3,
  BOOL = 4,
}

/** What REDUCE folds with. */
export const enum ReduceOp {
  SUM = 0,
  PROD = 1,
  MAX = 2,
  MIN = 3,
  AND = 4,
  OR = 5,
  ARGMAX = 6,
  ARGMIN = 7,
}

/** Instructions of a MAP program: `[op | dtype << 16 | dtype2 << 24, dst, a, b, c, d]`. */
export const enum Op {
  MOVE = 0,

  // One operand.
  NEG = 1,
  ABS = 2,
  SIGN = 3,
  FLOOR = 4,
  CEIL = 5,
  /** Half to even. */
  ROUND = 6,
  SQRT = 7,
  RSQRT = 8,
  CBRT = 9,
  EXP = 10,
  EXPM1 = 11,
  LOG = 12,
  LOG1P = 13,
  SIN = 14,
  COS = 15,
  TAN = 16,
  ASIN = 17,
  ACOS = 18,
  ATAN = 19,
  SINH = 20,
  COSH = 21,
  TANH = 22,
  ASINH = 23,
  ACOSH = 24,
  ATANH = 25,
  ERF = 26,
  ERFC = 27,
  ERFINV = 28,
  LOGISTIC = 29,
  LGAMMA = 30,
  DIGAMMA = 31,
  /** Float to bool. */
  IS_FINITE = 32,
  /** Bitwise for integers, logical for bools. */
  NOT = 33,
  POPCOUNT = 34,
  CLZ = 35,
  EXP2 = 36,
  /** Float to bool: whether the bit of the sign is set, of NaN too. */
  SIGN_BIT = 37,

  // Two operands.
  ADD = 40,
  SUB = 41,
  MUL = 42,
  DIV = 43,
  /** The dividend's sign, as C's fmod. */
  REM = 44,
  POW = 45,
  ATAN2 = 46,
  NEXTAFTER = 47,
  /** NaN propagates. */
  MAX = 48,
  /** NaN propagates. */
  MIN = 49,
  AND = 50,
  OR = 51,
  XOR = 52,
  SHL = 53,
  SHR_LOGICAL = 54,
  SHR_ARITHMETIC = 55,

  // Comparisons: the dtype is the operands', the result is bool.
  EQ = 56,
  NE = 57,
  LT = 58,
  LE = 59,
  GT = 60,
  GE = 61,

  /** `dst = a ? b : c`; the dtype is that of the branches. */
  SELECT = 64,
  /** From `dtype` to `dtype2`. */
  CONVERT = 65,
  /** The first output word of threefry2x32: `a`, `b` the key, `c`, `d` the counter. */
  THREEFRY_A = 66,
  /** The second output word of threefry2x32. */
  THREEFRY_B = 67,

  // Floats, rare.
  /** The regularized lower incomplete gamma function of `a` at `b`. */
  IGAMMA = 70,
  /** 1 less that. */
  IGAMMAC = 71,
  /** Its derivative by `a`. */
  IGAMMA_GRAD_A = 72,
  /** The derivative by `a` of the sample `b` of a gamma distribution. */
  RANDOM_GAMMA_GRAD = 73,
  /** The regularized incomplete beta function of `a` and `b` at `c`. */
  BETAINC = 74,
  /** `e^-|x|` times the modified Bessel function. */
  BESSEL_I0E = 75,
  BESSEL_I1E = 76,
  /** To fewer bits: `b` holds 64 times those of the exponent, and those of the mantissa. */
  REDUCE_PRECISION = 77,
}

/** Most axes a strided view may have, counted before adjacent axes are merged. */
export const MAX_RANK = 32;
