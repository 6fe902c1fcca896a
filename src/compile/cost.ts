/** What a program costs, counted on the very steps that would run. */

import type { DType } from "../base/dtypes.ts";
import { sizeOf } from "../base/shapes.ts";
import type { Jaxpr } from "../ir/jaxpr.ts";
import { lowered } from "./digits.ts";
import { arrange, bytesOf, outputBytes } from "./layout.ts";
import { type Buffer, type ContractAxis, type ContractStep, ENDLESS, type KernelStep, type Step } from "./program.ts";
import { bytesOfItem, type Target } from "./target.ts";

/** How fast a device is; see `device/rates.ts`. */
export interface Rates {
  /** Floating-point operations a second in large contractions. */
  readonly contract: number;
  /** Instructions of elementwise programs a second, one for each element. */
  readonly map: number;
  /** Bytes a second that copies and reductions read and write. */
  readonly memory: number;
  /** Steps a second that do nothing, where beginning one takes time. */
  readonly dispatch?: number;
  /** Bytes a second between the device's memory and the host's, where these are two, */
  readonly transfer?: number;
  /** and the seconds until the host has a result that is computed. */
  readonly latency?: number;
}

export interface Cost {
  /** Floating-point operations. */
  readonly flops: number;
  /** Bytes read and written. */
  readonly bytes: number;
  /** Bytes that a run takes at its peak, inputs and outputs included. */
  readonly peakMemory: number;
  /** Bytes of the results. */
  readonly outputBytes: number;
  readonly predictedSeconds: number;
}

interface Work {
  readonly flops: number;
  readonly bytes: number;
  readonly seconds: number;
}

const product = (axes: readonly ContractAxis[]): number => axes.reduce((n, axis) => n * axis.size, 1);

/** A side of a product as it is computed: whole blocks, but where there are so few that a kernel of its own takes them. */
const inBlocks = (size: number, block: number): number => (size < block ? size : Math.ceil(size / block) * block);

/** Counts what steps do on one device. */
class Costs {
  constructor(
    readonly target: Target,
    readonly rates: Rates,
  ) {}

  of(steps: readonly Step[]): Work {
    const costs = steps.map((step) => this.#step(step));
    const sum = (key: keyof Work): number => costs.reduce((n, cost) => n + cost[key], 0);
    return { flops: sum("flops"), bytes: sum("bytes"), seconds: sum("seconds") };
  }

  #itemSize(dtype: DType): number {
    return bytesOfItem(this.target, dtype);
  }

  #bytes(buffer: Buffer): number {
    return bytesOf(buffer, this.target);
  }

  /** Bytes that pass, beside operations that take no time of their own. */
  #moved(bytes: number, flops = 0): Work {
    return { flops, bytes, seconds: bytes / this.rates.memory };
  }

  /** What one step does: operations, the bytes that pass, and the seconds that it should take. */
  #step(step: Step): Work {
    const { flops, bytes, seconds } = this.#work(step);
    const { dispatch = Number.POSITIVE_INFINITY } = this.rates;
    return { flops, bytes, seconds: seconds + 1 / dispatch };
  }

  /** The same, once it has begun. */
  #work(step: Step): Work {
    switch (step.kind) {
      case "loop": {
        // Nobody knows how long a loop runs that a condition ends: it counts once.
        const trips = step.trips === ENDLESS ? 1 : step.trips;
        const { flops, bytes, seconds } = this.of(step.body);
        return { flops: trips * flops, bytes: trips * bytes, seconds: trips * seconds };
      }
      case "branch":
        return step.bodies.map((body) => this.of(body)).reduce((a, b) => (b.seconds > a.seconds ? b : a));
      case "leave":
        return { flops: 0, bytes: 1, seconds: 0 };
      case "slice":
        return this.#moved(2 * step.size * this.#itemSize(step.source.buffer.dtype));
      case "contract":
        return this.#contract(step);
      case "map": {
        const size = sizeOf(step.shape);
        const touched = [...step.inputs.map((x) => x.dtype), ...step.outputs.map((o) => o.buffer.dtype)];
        const flops = size * step.instructions.length;
        const { bytes, seconds } = this.#moved(touched.reduce((n, dtype) => n + size * this.#itemSize(dtype), 0));
        return { flops, bytes, seconds: flops / this.rates.map + seconds };
      }
      case "reduce": {
        const size = sizeOf(step.source.view.shape);
        return this.#moved(size * this.#itemSize(step.source.dtype), size);
      }
      case "copy":
        return this.#moved(2 * sizeOf(step.source.view.shape) * this.#itemSize(step.source.dtype));
      case "fill":
        return this.#moved(this.#bytes(step.target));
      case "place": {
        const copied = step.pieces.reduce((n, { source }) => n + sizeOf(source.view.shape), 0);
        const filled = step.fill === null ? 0 : this.#bytes(step.target);
        return this.#moved(filled + 2 * copied * this.#itemSize(step.target.dtype));
      }
      case "kernel":
        return this.#kernel(step);
    }
  }

  #contract({ batch, m, n, k, target, symmetric }: ContractStep): Work {
    const [items, rows, columns, terms] = [batch, m, n, k].map(product) as [number, number, number, number];
    const [tall, wide] = this.target.tile(target.dtype);
    const size = this.#itemSize(target.dtype);
    const { bytes, seconds } = this.#moved(items * (rows * terms + columns * terms + rows * columns) * size);
    const down = Math.ceil(rows / tall);
    const share = symmetric && this.target.halves ? (down + 1) / (2 * down) : 1;
    // The rate is that of float32.
    const work = 2 * items * inBlocks(rows, tall) * inBlocks(columns, wide) * terms * (size / 4);
    return {
      flops: 2 * items * rows * columns * terms * share,
      bytes,
      seconds: (work * share) / this.rates.contract + seconds,
    };
  }

  #kernel({ command, inputs, outputs: [out, ...others], arguments: [batch, , count, width] }: KernelStep): Work {
    if (command === "GATHER" || command === "SCATTER_ADD") {
      // Rows read from their places, of which an array may have many more; or added to them in an array of zeros.
      const size = batch! * count! * width!;
      const moved = 2 * size * this.#itemSize(out!.dtype);
      return command === "GATHER" ? this.#moved(moved) : this.#moved(moved + this.#bytes(out!), size);
    }
    const bytes = [...inputs, out!, ...others].reduce((n, buffer) => n + this.#bytes(buffer), 0);
    return this.#moved(bytes, bytes);
  }
}

/** Counts a program's work on a device without running it. */
export function costOf(jaxpr: Jaxpr, target: Target, rates: Rates): Cost {
  const program = lowered(jaxpr, target);
  const { flops, bytes, seconds } = new Costs(target, rates).of(program.steps);
  const results = outputBytes(program, target);
  const peakMemory = arrange(program, target).end + results;
  return { flops, bytes, peakMemory, outputBytes: results, predictedSeconds: seconds };
}
