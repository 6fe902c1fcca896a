/** The order in which a product of many operands is taken, two at a time. */
import type { LabelSizes } from "./contraction.ts";

/** An operand by its number, or the product of two. */
export type ContractionTree = number | readonly [ContractionTree, ContractionTree];

/** Up to this many operands every order is tried. */
const EXHAUSTIVE = 6;

/** Some of the operands, multiplied together. */
interface Group {
  readonly tree: ContractionTree;
  readonly members: readonly number[];
  /** The labels of the product: those that the output or an operand outside the group has. */
  readonly labels: readonly string[];
  /** The multiplications spent on it. */
  readonly cost: number;
}

/** A product of two groups, and what is needed to compare it with others. */
interface Candidate extends Group {
  readonly growth: number;
}

const volume = (labels: readonly string[], sizes: LabelSizes): number =>
  labels.reduce((n, label) => n * (sizes.get(label) as number), 1);

/** Whether two groups of operands can be multiplied; by default any two can. */
export type MayJoin = (a: readonly number[], b: readonly number[]) => boolean;

/** The labels of the members that somebody else needs. */
export function neededLabels(
  members: readonly number[],
  operands: readonly (readonly string[])[],
  output: readonly string[],
): string[] {
  const outside = operands.flatMap((labels, i) => (members.includes(i) ? [] : labels));
  const inside = new Set(members.flatMap((i) => operands[i] as readonly string[]));
  return [...inside].filter((label) => output.includes(label) || outside.includes(label));
}

class Planner {
  constructor(
    readonly operands: readonly (readonly string[])[],
    readonly output: readonly string[],
    readonly sizes: LabelSizes,
    readonly mayJoin: MayJoin,
  ) {}

  single(i: number): Group {
    return { tree: i, members: [i], labels: neededLabels([i], this.operands, this.output), cost: 0 };
  }

  join(a: Group, b: Group): Candidate {
    const members = [...a.members, ...b.members];
    const labels = neededLabels(members, this.operands, this.output);
    const possible = this.mayJoin(a.members, b.members);
    const work = possible ? volume([...new Set([...a.labels, ...b.labels])], this.sizes) : Number.POSITIVE_INFINITY;
    return {
      tree: [a.tree, b.tree],
      members,
      labels,
      cost: a.cost + b.cost + work,
      growth: volume(labels, this.sizes) - volume(a.labels, this.sizes) - volume(b.labels, this.sizes),
    };
  }

  /** The cheapest order by dynamic programming over the sets of operands. */
  optimal(): ContractionTree {
    const count = this.operands.length;
    const best = new Map<number, Group>();
    for (let set = 1; set < 1 << count; set++) {
      const first = set & -set;
      if (set === first) best.set(set, this.single(Math.log2(set)));
      for (let part = (set - 1) & set; part > 0; part = (part - 1) & set) {
        if (!(part & first)) continue;
        const joined = this.join(best.get(part) as Group, best.get(set ^ part) as Group);
        const known = best.get(set);
        if (!known || joined.cost < known.cost) best.set(set, joined);
      }
    }
    return (best.get((1 << count) - 1) as Group).tree;
  }

  /** Multiplies, again and again, the two groups whose product grows least over them. */
  greedy(): ContractionTree {
    let groups: Group[] = this.operands.map((_, i) => this.single(i));
    while (groups.length > 1) {
      const candidates = groups.flatMap((a, i) => groups.slice(i + 1).map((b) => [a, b, this.join(a, b)] as const));
      const [a, b, joined] = candidates.reduce((best, next) => {
        const [x, y] = [best[2], next[2]];
        return y.growth < x.growth || (y.growth === x.growth && y.cost < x.cost) ? next : best;
      });
      groups = [...groups.filter((g) => g !== a && g !== b), joined];
    }
    return (groups[0] as Group).tree;
  }
}

/**
 * The order with the fewest multiplications for up to six operands, a greedy one for more.
 * @param operands the labels of each operand
 */
export function contractionOrder(
  operands: readonly (readonly string[])[],
  output: readonly string[],
  sizes: LabelSizes,
  mayJoin: MayJoin = () => true,
): ContractionTree {
  const planner = new Planner(operands, output, sizes, mayJoin);
  return operands.length <= EXHAUSTIVE ? planner.optimal() : planner.greedy();
}
