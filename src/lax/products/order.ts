/**
 * The contraction path (matrix chain order, for matrices): the order in which a product of many operands is taken, two
 * at a time.
 */
import { volume } from "./labels.ts";

/** An operand by its number, or the product of two. */
export type ContractionTree = number | readonly [ContractionTree, ContractionTree];

/** Up to this many operands every order is tried. */
const EXHAUSTIVE = 6;

/** Some of the operands, multiplied together. */
interface OperandGroup {
  readonly tree: ContractionTree;
  readonly members: readonly number[];
  /** The labels of the product: those that the output or an operand outside the group has. */
  readonly labels: readonly number[];
  /** The time spent on it, in multiplications. */
  readonly cost: number;
}

/** A product of two groups, and what is needed to compare it with others. */
interface JoinedGroup extends OperandGroup {
  readonly growth: number;
}

/** What is to be multiplied. */
export interface Contraction {
  /** The labels of each operand. */
  readonly operands: readonly (readonly number[])[];
  readonly output: readonly number[];
  /** The size of every label. */
  readonly sizes: readonly number[];
  /** What has to be done before two groups of operands can be multiplied, in multiplications; nothing by default. */
  readonly preparation?: (a: readonly number[], b: readonly number[]) => number;
  /**
   * What each operand is, so that two groups of the same operands are known to be one array under two sets of labels: it
   * is computed once, and its product with itself at half cost.
   */
  readonly identities?: readonly unknown[];
  /** How many multiplications take as long as storing an element of a product and reading it again; none by default. */
  readonly traffic?: number;
}

/** The labels of the members that somebody else needs. */
export function neededLabels(
  members: readonly number[],
  operands: readonly (readonly number[])[],
  output: readonly number[],
): number[] {
  const outside = operands.flatMap((labels, i) => (members.includes(i) ? [] : labels));
  const inside = new Set(members.flatMap((i) => operands[i] as readonly number[]));
  return [...inside].filter((label) => output.includes(label) || outside.includes(label));
}

class Planner {
  readonly #operands: Contraction["operands"];
  readonly #given: Contraction;

  constructor(given: Contraction) {
    this.#given = given;
    this.#operands = given.operands;
  }

  single(i: number): OperandGroup {
    return { tree: i, members: [i], labels: neededLabels([i], this.#operands, this.#given.output), cost: 0 };
  }

  join(a: OperandGroup, b: OperandGroup): JoinedGroup {
    const { output, sizes, preparation, traffic = 0 } = this.#given;
    const members = [...a.members, ...b.members];
    const labels = neededLabels(members, this.#operands, output);
    const work = volume([...new Set([...a.labels, ...b.labels])], sizes);
    const growth = volume(labels, sizes) - volume(a.labels, sizes) - volume(b.labels, sizes);
    const parts = this.#areTwins(a, b) ? a.cost + work / 2 : a.cost + b.cost + work;
    const cost = parts + traffic * volume(labels, sizes) + (preparation?.(a.members, b.members) ?? 0);
    return { tree: [a.tree, b.tree], members, labels, cost, growth };
  }

  /** The tree's root as a group. */
  group(tree: ContractionTree): OperandGroup {
    return typeof tree === "number" ? this.single(tree) : this.join(this.group(tree[0]), this.group(tree[1]));
  }

  #areTwins(a: OperandGroup, b: OperandGroup): boolean {
    const { identities } = this.#given;
    if (!identities || a.members.length !== b.members.length) return false;
    return a.members.every((m, i) => identities[m] === identities[b.members[i] as number]);
  }

  /** The cheapest order by dynamic programming over the sets of operands. */
  optimal(): OperandGroup {
    const count = this.#operands.length;
    const best = new Map<number, OperandGroup>();
    for (let set = 1; set < 1 << count; set++) {
      const first = set & -set;
      if (set === first) best.set(set, this.single(Math.log2(set)));
      for (let part = (set - 1) & set; part > 0; part = (part - 1) & set) {
        if (!(part & first)) continue;
        const joined = this.join(best.get(part) as OperandGroup, best.get(set ^ part) as OperandGroup);
        const known = best.get(set);
        if (!known || joined.cost < known.cost) best.set(set, joined);
      }
    }
    return best.get((1 << count) - 1) as OperandGroup;
  }

  /** Multiplies, again and again, the two groups whose product grows least over them. */
  greedy(): OperandGroup {
    let groups: OperandGroup[] = this.#operands.map((_, i) => this.single(i));
    while (groups.length > 1) {
      const candidates = groups.flatMap((a, i) => groups.slice(i + 1).map((b) => [a, b, this.join(a, b)] as const));
      const [a, b, joined] = candidates.reduce((best, next) => {
        const [x, y] = [best[2], next[2]];
        return y.growth < x.growth || (y.growth === x.growth && y.cost < x.cost) ? next : best;
      });
      groups = [...groups.filter((g) => g !== a && g !== b), joined];
    }
    return groups[0] as OperandGroup;
  }
}

/** An order and its cost, in multiplications. */
export interface ContractionPlan {
  readonly tree: ContractionTree;
  readonly cost: number;
}

/** The cheapest order for up to six operands, a greedy one for more. */
export function planContraction(given: Contraction): ContractionPlan {
  const planner = new Planner(given);
  return given.operands.length <= EXHAUSTIVE ? planner.optimal() : planner.greedy();
}

/** What a given order costs. */
export const contractionCost = (given: Contraction, tree: ContractionTree): number =>
  new Planner(given).group(tree).cost;
