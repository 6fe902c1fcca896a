/** Where a linear program uses a parameter, and along which paths. */
import { entry } from "../../base/lists.ts";
import { range } from "../../base/shapes.ts";
import { type Atom, type ClosedJaxpr, Literal, type Var } from "../../ir/jaxpr.ts";
import type { NDArray } from "../../ir/ndarray.ts";
import { UndefinedPrimal } from "../../ir/primitive.ts";
import { bind } from "../../ir/trace.ts";
import { zerosLike } from "../../lax/create.ts";
import { moveAxis, reshape } from "../../lax/shape.ts";
import { standardBasis } from "../../transform/jacobian.ts";
import { vmap } from "../../transform/vmap.ts";
import { identityPath, type Path, withLabels } from "./path.ts";
import { type Edge, type PathStep, STRUCTURE_RULES } from "./rules.ts";

/** Switches for debugging and testing; none changes a result. */
export interface Rules {
  /** Whether Jacobians of single equations come from rules; else they are computed densely by jvp or vjp. */
  readonly jRules: boolean;
  /** Whether structure is used at all; else cotangents are pulled through to the parameters. */
  readonly sRules: boolean;
  /** Whether dense Jacobians are computed by forward mode; `null`: by whichever has the smaller basis. */
  readonly fwd: boolean | null;
}

/** The variable at which the cotangent is taken, and the path to it from the parameter. */
export interface Use {
  readonly at: Var;
  readonly path: Path;
}

/** The uses of a linear program's inputs. */
export class UseFinder {
  /** Where the cotangent must not flow on, because a path covers what lies there. */
  readonly blocked: Edge[] = [];
  readonly #readers = new Map<Atom, Edge[]>();
  readonly #linear: ClosedJaxpr;
  readonly #rules: Rules;

  constructor(linear: ClosedJaxpr, rules: Rules) {
    this.#linear = linear;
    this.#rules = rules;
    for (const equation of linear.jaxpr.equations) {
      equation.inputs.forEach((atom, input) => {
        this.#readers.set(atom, [...(this.#readers.get(atom) ?? []), { equation, input }]);
      });
    }
  }

  /** The Jacobian by a parameter is the sum of those along its uses. `plain`: without structure, in one use. */
  usesOf(parameter: Var, plain: boolean): Use[] {
    const path = identityPath(parameter.aval.shape);
    const { jRules, sRules } = this.#rules;
    if (plain || !sRules || path.sizes.includes(0)) return [{ at: parameter, path }];
    return this.#from(parameter, path, (edge, p) => (jRules ? this.#byRule(edge, p) : this.#densely(edge, p)));
  }

  #from(value: Var, path: Path, step: (edge: Edge, path: Path) => PathStep | null): Use[] {
    const uses: Use[] = [];
    let pulled = this.#linear.jaxpr.outputs.includes(value);
    for (const edge of this.#readers.get(value) ?? []) {
      const beyond = this.#follow(edge, path, step);
      if (beyond) {
        this.blocked.push(edge);
        uses.push(...beyond);
      } else pulled = true;
    }
    return pulled ? [...uses, { at: value, path }] : uses;
  }

  /** The uses behind an equation; `null` where nothing is gained by going there. */
  #follow(edge: Edge, path: Path, step: (edge: Edge, path: Path) => PathStep | null): Use[] | null {
    const next = step(edge, path);
    if (!next) return null;
    const [out] = edge.equation.outputs as [Var];
    if (next.ends) return [{ at: out, path: next.path }];
    const uses = this.#from(out, next.path, step);
    return next.pays || uses.some((use) => use.at !== out) ? uses : null;
  }

  #byRule(edge: Edge, path: Path): PathStep | null {
    const { primitive, inputs, outputs } = edge.equation;
    const alone = inputs.every((atom, i) => i === edge.input || this.#isKnown(atom));
    const rule = alone && outputs.length === 1 ? STRUCTURE_RULES.get(primitive) : undefined;
    return rule?.(edge, path, (atom) => this.#read(atom)) ?? null;
  }

  /** The dense Jacobian: every axis has a label of its own. Loops may be split by partial evaluation: they are pulled through. */
  #densely(edge: Edge, path: Path): PathStep | null {
    const { equation, input } = edge;
    if (equation.outputs.length !== 1 || !equation.primitive.transpose || equation.primitive.partialEval) return null;
    const [extended, axes] = withLabels(path, entry(equation.outputs, 0).aval.shape);
    const factor = { array: this.#jacobian(edge), labels: [...axes, ...path.axes], windows: [], row: null };
    const size = entry(equation.inputs, input).aval.shape.length;
    return { path: { ...extended, axes, summed: range(size), factors: [factor] }, pays: true, ends: true };
  }

  /** `[...output, ...input]`. */
  #jacobian({ equation, input }: Edge): NDArray {
    const { primitive, inputs, params, outputs } = equation;
    const [y, w] = [zerosLike(entry(outputs, 0).aval), zerosLike(entry(inputs, input).aval)];
    const newSizes = [...y.shape, ...w.shape];
    // A customVjp has no forward mode.
    const forward = primitive.lowering.kind !== "call" && (this.#rules.fwd ?? y.size > w.size);
    if (forward) {
      const push = (x: NDArray): NDArray => {
        const values = inputs.map((atom, i) => (i === input ? x : this.#read(atom)));
        return entry(bind(primitive, values, params), 0);
      };
      return reshape(moveAxis(vmap(push)(standardBasis(w)), 0, y.ndim), { newSizes });
    }
    const pull = (ct: NDArray): NDArray => {
      const values = inputs.map((atom, i) =>
        i === input || !this.#isKnown(atom) ? new UndefinedPrimal(atom.aval) : this.#read(atom),
      );
      return primitive.transpose!([ct], values, params)[input] ?? w;
    };
    return reshape(vmap(pull)(standardBasis(y)), { newSizes });
  }

  #isKnown(atom: Atom): boolean {
    return atom instanceof Literal || this.#linear.jaxpr.constVars.includes(atom);
  }

  /** A known value; zeros for another tangent, on which a Jacobian doesn't depend. */
  #read(atom: Atom): NDArray {
    if (atom instanceof Literal) return atom.array;
    const known = this.#linear.jaxpr.constVars.indexOf(atom);
    return known < 0 ? zerosLike(atom.aval) : entry(this.#linear.consts, known);
  }
}
