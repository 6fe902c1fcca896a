/** A compute shader with what one dispatch of it needs. */
import type { Buffer } from "../src/compile/program.ts";
import type { Tile } from "./contract/tiles.ts";

/** What an adapter allows a shader, and how its text is written. */
export interface Settings {
  /** The most workgroups along one dimension of a dispatch. */
  readonly maxGroups: number;
  /** The most threads of a workgroup, */
  readonly maxThreads: number;
  /** the bytes that they may share, */
  readonly workgroupBytes: number;
  /** and the most buffers that a shader may bind. */
  readonly maxBuffers: number;
  /**
   * Where sizes, strides and constants stand. In a uniform one shader serves all shapes of a rank; as literals a compiler
   * can divide by them faster, but each shape is a shader of its own.
   */
  readonly numbers: "uniform" | "literal";
  /**
   * Whether loops of a fixed length over a thread's registers are written out. A compiler that doesn't unroll them keeps the
   * registers in memory; one for a software adapter takes thrice as long for what is written out.
   */
  readonly unrolled: boolean;
  /** As many workgroups as keep the whole adapter busy. */
  readonly fillGroups: number;
  /** The most floating-point operations of a dispatch: one that takes long freezes pages, and drivers end it. */
  readonly maxFlops: number;
  /** The most of a workgroup of the decompositions, where there is another way: what takes it a tenth of a second. */
  readonly workgroupFlops: number;
  /** Whether the largest tile pays: it keeps more results in registers than some adapters have. */
  readonly large: boolean;
  /** The tile of products, where one has been measured to be the best: else it is chosen by their shape. */
  readonly tile: Tile | null;
}

/** What every adapter of WebGPU guarantees. */
export const GUARANTEED: Settings = {
  maxGroups: 65535,
  maxThreads: 256,
  workgroupBytes: 16384,
  maxBuffers: 8,
  numbers: "uniform",
  unrolled: false,
  fillGroups: 64,
  maxFlops: Number.POSITIVE_INFINITY,
  workgroupFlops: 2 ** 28,
  large: true,
  tile: null,
};

export type Access = "read" | "write";

export type Grid = readonly [x: number, y: number, z: number];

/** What a dispatch does, for predictions of its time. */
export interface Work {
  /** Floating-point operations. */
  readonly flops: number;
  /** Bytes that cross between global memory and the workgroups. */
  readonly traffic: number;
}

export interface Kernel extends Work {
  /** For people: errors, printed plans, a debugger's list of pipelines. */
  readonly label: string;
  /** The text in WGSL; its entry point is `main`. */
  readonly code: string;
  /** The 32-bit words of the uniform that follows the buffers; none where the text holds all numbers. */
  readonly words: readonly number[];
  /** In the order of their numbers in the text. A buffer stands here once; `write` is for reading, too. */
  readonly bindings: readonly { readonly buffer: Buffer; readonly access: Access }[];
  /** Workgroups. */
  readonly grid: Grid;
}

/** Uniforms come in windows of one size, so that all pipelines of a layout want the same (wgpu checks the one before). */
const WINDOW = 256;

/** The bytes of a uniform with so many words. */
export const uniformBytes = (words: number): number => Math.ceil((4 * words) / WINDOW) * WINDOW;
