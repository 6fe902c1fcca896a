/** Which of a file's runs are done again on a GPU. */
import type { Kernel } from "../../../gpu/kernel.ts";
import type { DispatchNode, Node } from "../../../src/device/webgpu/nodes.ts";
import type { WebGpuPlan } from "../../../src/device/webgpu/plan.ts";
import type { Texts } from "./texts.ts";

/** Operations that a software adapter gets through in some seconds. */
const MOST_FLOPS = 1e9;
const MOST_DISPATCHES = 20_000;
/** How often a loop is thought to run that ends by a condition. */
const TRIPS = 16;

function total(nodes: readonly Node[], of: (node: DispatchNode) => number): number {
  return nodes.reduce((sum, node) => {
    if (node.kind === "dispatch") return sum + of(node);
    return sum + (node.kind === "repeat" ? node.trips : TRIPS) * total(node.body, of);
  }, 0);
}

const isHeavy = ({ nodes }: WebGpuPlan): boolean =>
  total(nodes, ({ kernel }) => kernel.flops) > MOST_FLOPS || total(nodes, () => 1) > MOST_DISPATCHES;

export interface Choice {
  readonly isWanted: (plan: WebGpuPlan) => boolean;
  /** Shaders that since the last call only stood in plans too heavy for a software adapter. */
  takeLeft(): Kernel[];
}

/** The first run of each plan. */
export function everyPlan(): Choice {
  const seen = new WeakSet<WebGpuPlan>();
  const isWanted = (plan: WebGpuPlan): boolean => !seen.has(plan) && Boolean(seen.add(plan));
  return { isWanted, takeLeft: () => [] };
}

/** The runs that have a shader which no run before has had, but for those that a software adapter would take too long for. */
export function newKernels(texts: Texts): Choice {
  const heavy = new Set<Kernel>();
  const isWanted = (plan: WebGpuPlan): boolean => {
    const kernels = plan.dispatches.map(({ kernel }) => kernel).filter((kernel) => !texts.has(kernel));
    if (kernels.length === 0) return false;
    const tooHeavy = isHeavy(plan);
    for (const kernel of kernels)
      if (tooHeavy) heavy.add(kernel);
      else texts.expect(kernel);
    return !tooHeavy;
  };
  const takeLeft = () => {
    const left = [...heavy].filter((kernel) => !texts.has(kernel));
    heavy.clear();
    return left;
  };
  return { isWanted, takeLeft };
}
