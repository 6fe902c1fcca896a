/** Decoding one instruction of a MAP program. */
import { DType, Op } from "../opcodes";
import { convert } from "./convert";
import { floatInstruction } from "./float";
import { integerInstruction } from "./integer";
import { registerAt } from "./registers";
import { select } from "./select";

/** Runs `[op | dtype << 16 | dtype2 << 24, dst, a, b, c, d]` on `count` elements, a multiple of 4. */
export function instruction(word: usize, count: u32): void {
  const code = load<u32>(word);
  const op = code & 0xffff;
  const dtype = (code >> 16) & 0xff;
  const dst = registerAt(load<u32>(word, 4));
  const a = registerAt(load<u32>(word, 8));
  const b = registerAt(load<u32>(word, 12));
  const c = registerAt(load<u32>(word, 16));
  const wide = dtype == DType.FLOAT64;
  const bytes = (<usize>count) << (wide ? 3 : 2);
  if (op == Op.MOVE) memory.copy(dst, a, bytes);
  else if (op == Op.SELECT) select(dst, a, b, c, bytes, wide);
  else if (op == Op.CONVERT) convert(dst, a, count, dtype, code >> 24);
  else if (wide) floatInstruction<f64>(op, dst, a, b, c, bytes);
  else if (dtype == DType.FLOAT32) floatInstruction<f32>(op, dst, a, b, c, bytes);
  else integerInstruction(op, dtype, dst, a, b, c, registerAt(load<u32>(word, 20)), bytes);
}
