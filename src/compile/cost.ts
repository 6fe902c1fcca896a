/** What a program costs, counted on the very steps that would run. */

import { ENDLESS } from "../../assembly/opcodes.ts";
import { itemSize } from "../base/dtypes.ts";
import { sizeOf } from "../base/shapes.ts";
import type { Jaxpr } from "../ir/jaxpr.ts";
import { bytesOf } from "./layout.ts";
import { lower } from "./lower.ts";
import { peakBytes } from "./plan.ts";
import { simplify } from "./simplify.ts";
import type { ContractAxis, KernelStep, Step } from "./steps.ts";

/** How fast a device is; see `device/rates.ts`. */
export interface Rates {
  /** Floating-point operations a second in large contractions. */
  readonly contract: number;
  /** Instructions of elementwise programs a second, one for each element. */
  readonly map: number;
  /** Bytes a second that copies and reductions read and write. */
  readonly memory: number;
}

export interface Cost {
  /** Floating-point operations. */
  readonly flops: number;
  /** Bytes read and written. */
  readonly bytes: number;
  /** Bytes that a run takes at its peak, inputs and outputs included. */
  readonly peakMemory: number;
  readonly predictedSeconds: number;
}

const product = (axes: readonly ContractAxis[]): number => axes.reduce((n, axis) => n * axis.size, 1);

/** The microkernel's tile: a side that is no multiple of it is computed as if it were the next one. */
const TILE = 4;

interface Work {
  readonly flops: number;
  readonly bytes: number;
  readonly seconds: number;
}

function costOfSteps(steps: readonly Step[], rates: Rates): Work {
  const costs = steps.map((step) => costOfStep(step, rates));
  const sum = (key: keyof Work): number => costs.reduce((n, cost) => n + cost[key], 0);
  return { flops: sum("flops"), bytes: sum("bytes"), seconds: sum("seconds") };
}

/** Rows read from their places, of which an array may have many more; or added to them in an array of zeros. */
function costOfRows({ command, outputs: [out], arguments: [batch, , count, width] }: KernelStep, rates: Rates): Work {
  const size = batch! * count! * width!;
  const moved = 2 * size * itemSize(out!.dtype);
  if (command === "GATHER") return { flops: 0, bytes: moved, seconds: moved / rates.memory };
  const bytes = moved + bytesOf(out!);
  return { flops: size, bytes, seconds: bytes / rates.memory };
}

/** What one step does: operations, the bytes that pass, and the seconds that it should take. */
function costOfStep(step: Step, rates: Rates): Work {
  switch (step.kind) {
    case "loop": {
      // Nobody knows how long a loop runs that a condition ends: it counts once.
      const trips = step.trips === ENDLESS ? 1 : step.trips;
      const { flops, bytes, seconds } = costOfSteps(step.body, rates);
      return { flops: trips * flops, bytes: trips * bytes, seconds: trips * seconds };
    }
    case "branch":
      return step.bodies.map((body) => costOfSteps(body, rates)).reduce((a, b) => (b.seconds > a.seconds ? b : a));
    case "leave":
      return { flops: 0, bytes: 1, seconds: 0 };
    case "slice": {
      const bytes = 2 * step.size * itemSize(step.source.buffer.dtype);
      return { flops: 0, bytes, seconds: bytes / rates.memory };
    }
    case "contract": {
      const [batch, m, n, k] = [step.batch, step.m, step.n, step.k].map(product) as [number, number, number, number];
      const whole = (size: number): number => Math.ceil(size / TILE) * TILE;
      const bytes = batch * (m * k + n * k + m * n) * itemSize(step.target.dtype);
      const work = 2 * batch * whole(m) * whole(n) * k * (itemSize(step.target.dtype) / 4);
      return { flops: 2 * batch * m * n * k, bytes, seconds: work / rates.contract + bytes / rates.memory };
    }
    case "map": {
      const size = sizeOf(step.shape);
      const touched = [...step.inputs.map((i) => i.operand.dtype), ...step.outputs.map((o) => o.buffer.dtype)];
      const bytes = touched.reduce((n, dtype) => n + size * itemSize(dtype), 0);
      const flops = size * step.instructions.length;
      return { flops, bytes, seconds: flops / rates.map + bytes / rates.memory };
    }
    case "reduce": {
      const size = sizeOf(step.source.view.shape);
      const bytes = size * itemSize(step.source.dtype);
      return { flops: size, bytes, seconds: bytes / rates.memory };
    }
    case "copy": {
      const bytes = 2 * sizeOf(step.source.view.shape) * itemSize(step.source.dtype);
      return { flops: 0, bytes, seconds: bytes / rates.memory };
    }
    case "fill":
      return { flops: 0, bytes: bytesOf(step.target), seconds: bytesOf(step.target) / rates.memory };
    case "kernel": {
      if (step.command === "GATHER" || step.command === "SCATTER_ADD") return costOfRows(step, rates);
      const bytes = [...step.inputs, ...step.outputs].reduce((n, buffer) => n + bytesOf(buffer), 0);
      return { flops: bytes, bytes, seconds: bytes / rates.memory };
    }
  }
}

/** Counts a program's work without running it. */
export function costOf(program: Jaxpr, rates: Rates): Cost {
  const lowered = lower(simplify(program));
  const { flops, bytes, seconds } = costOfSteps(lowered.steps, rates);
  return { flops, bytes, peakMemory: peakBytes(lowered), predictedSeconds: seconds };
}
