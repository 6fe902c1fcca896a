/**
 * Zeros that are not multiplied: inner indices at which all rows of a panel of A are zero are left out of it.
 *
 * The cotangents behind a ReLU are a matrix by a mask for each example, and a panel's rows are mostly outputs of one
 * example: half of what there is to multiply is multiplied by zeros. The innermost loop reads B through the offsets of
 * the inner indices that are left. No bit of a sum depends on it, since adding a zero changes none; where B has
 * infinities or NaN, whose products with zero are NaN, nothing is left out. For float32.
 */
import { region } from "../scratch";
import { TILE_COLUMNS_BYTES, TILE_ROWS } from "./microkernel";
import { ALL_STEPS, KC, PACKED_A, PACKED_B, PANEL_STEPS, PROBE, STEPS } from "./tables";

/** The inner indices that are looked at first, and the zeros among them that make it worth going on. */
@inline const PROBED: u32 = 16;
@inline const ENOUGH: u32 = 4;
/** Bytes of an inner index in a panel of A. */
@inline const STEP: usize = 4 * TILE_ROWS;

// What is known of the packed block of B.
@inline const UNKNOWN: u32 = 0;
@inline const FINITE: u32 = 1;
@inline const INFINITE: u32 = 2;
let known: u32 = UNKNOWN;

/** Must be called when a block of B has been packed. */
export function renewColumns(): void {
  known = UNKNOWN;
}

/** Whether the packed block of B, which takes so many bytes, has neither infinities nor NaN. */
export function areFinite(bytes: usize): bool {
  if (known == UNKNOWN) {
    let differences = i32x4.splat(0);
    const end = region(PACKED_B) + bytes;
    for (let at = region(PACKED_B); at < end; at += 16) {
      const x = v128.load(at);
      differences = v128.or(differences, f32x4.sub(x, x));
    }
    known = v128.any_true(differences) ? INFINITE : FINITE;
  }
  return known == FINITE;
}

/** Lists the offsets of all inner indices in a panel of B. */
export function listAllSteps(): void {
  for (let k: u32 = 0; k < KC; ++k) store<u16>(region(ALL_STEPS) + (k << 1), k * <u32>TILE_COLUMNS_BYTES);
}

/**
 * Copies what is needed of a panel, the inner indices at which not all rows are zeros of whatever sign. Lists their offsets in a
 * panel of B, and tells how many they are.
 */
function squeezePanel(panel: usize, to: usize, inner: u32, steps: usize): u32 {
  const first = steps;
  for (let k: u32 = 0; k < inner; ++k, panel += STEP) {
    const rows = v128.load(panel);
    const last = load<u32>(panel, 16);
    v128.store(to, rows);
    store<u32>(to, last, 16);
    store<u16>(steps, k * <u32>TILE_COLUMNS_BYTES);
    const needed = usize(v128.any_true(i32x4.shl(rows, 1)) || last << 1 != 0);
    to += needed * STEP;
    steps += needed << 1;
  }
  return <u32>(steps - first) >> 1;
}

/**
 * Lists, for each of the packed panels of A, the offsets that it is to be multiplied at, and takes out what they leave out;
 * tells whether that is anything.
 */
export function squeeze(rows: u32, inner: u32, bytesB: usize, isFloat32: bool): bool {
  let squeezed = false;
  let panel = region(PACKED_A);
  let entry = region(PANEL_STEPS);
  let steps = region(STEPS);
  for (let row: u32 = 0; row < rows; row += TILE_ROWS) {
    const worth =
      isFloat32 &&
      inner > PROBED &&
      squeezePanel(panel, region(PROBE), PROBED, steps) <= PROBED - ENOUGH &&
      areFinite(bytesB);
    store<u32>(entry, worth ? steps : region(ALL_STEPS));
    store<u32>(entry, worth ? squeezePanel(panel, panel, inner, steps) : inner, 4);
    if (worth) squeezed = true;
    entry += 8;
    steps += 2 * KC;
    panel += <usize>inner * STEP;
  }
  return squeezed;
}
