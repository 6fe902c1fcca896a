/** What an adapter tells the compiler. */
import type { Settings } from "../../../gpu/kernel.ts";
import type { Target } from "../../compile/target.ts";

/** Bools are words: WGSL can't store anything smaller. */
const ITEM_SIZE = { float32: 4, int32: 4, uint32: 4, bool: 4 } as const;

/** More values than this in one shader cost registers, and with them threads that hide the memory's latency. */
const MAX_VALUES = 64;

/** A side of a product counts in tiles of so many. */
const TILE = 32;

export const makeTarget = ({ maxBuffers }: Settings): Target => ({
  name: "webgpu",
  itemSize: ITEM_SIZE,
  hasOwn: false,
  maxValues: MAX_VALUES,
  maxBuffers,
  alignment: 16,
  reservedBytes: 0,
  tile: () => [TILE, TILE],
  halves: true,
  refine: (step) => [step],
});
