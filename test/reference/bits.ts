/** What depends on how a number is written in memory. */
import { allocate, type DType, viewBuffer } from "../../src/base/dtypes.ts";

/** The bits of a number of one dtype as a number of another of the same size. */
export function bitCast(x: number, from: DType, to: DType): number {
  if (from === to) return x;
  const source = allocate(from, 1);
  source[0] = x;
  return viewBuffer(to, source.buffer, 0, 1)[0];
}

/** How many bits the exponent and the mantissa of a float have. */
const format = (dtype: DType): { exponent: number; mantissa: number } =>
  dtype === "float32" ? { exponent: 8, mantissa: 23 } : { exponent: 11, mantissa: 52 };

function bitsOf(x: number, dtype: DType): bigint {
  const bytes = new DataView(new ArrayBuffer(8));
  if (dtype === "float32") bytes.setFloat32(4, x);
  else bytes.setFloat64(0, x);
  return bytes.getBigUint64(0);
}

function fromBits(bits: bigint, dtype: DType): number {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setBigUint64(0, bits);
  return dtype === "float32" ? bytes.getFloat32(4) : bytes.getFloat64(0);
}

const withSign = (size: number, sign: number): number => (signBit(sign) ? -size : size);

export const signBit = (x: number): number => Number(bitsOf(x, "float64") >> 63n);

/** The next number of the dtype from x towards y. */
export function nextAfter(x: number, y: number, dtype: DType): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
  if (x === y) return y;
  if (x === 0) return withSign(fromBits(1n, dtype), y);
  const outwards = x < y === x > 0;
  return fromBits(bitsOf(x, dtype) + (outwards ? 1n : -1n), dtype);
}

/** The nearest float of fewer bits (ties to the one with an even last bit), without its subnormal numbers. */
export function reducePrecision(x: number, exponentBits: number, mantissaBits: number, dtype: DType): number {
  if (!Number.isFinite(x)) return x;
  const { exponent, mantissa } = format(dtype);
  const rounded = withSign(fromBits(roundBits(bitsOf(Math.abs(x), dtype), mantissa - mantissaBits), dtype), x);
  if (exponentBits >= exponent || rounded === 0) return rounded;
  const largest = 2 ** (exponentBits - 1) - 1;
  if (Math.abs(rounded) >= 2 ** (largest + 1)) return withSign(Infinity, x);
  return Math.abs(rounded) < 2 ** (1 - largest) ? withSign(0, x) : rounded;
}

/** Makes the last `count` bits 0. */
function roundBits(bits: bigint, count: number): bigint {
  if (count <= 0) return bits;
  const unit = 1n << BigInt(count);
  const [whole, rest] = [bits / unit, bits % unit];
  const up = 2n * rest > unit || (2n * rest === unit && whole % 2n === 1n);
  return (whole + (up ? 1n : 0n)) * unit;
}
