/** A network with several inputs and outputs whose batches lie on different axes, as lists and as objects. */
import { type NDArray, nt } from "cotangent";
import { PRECISIONS, type Precision } from "../compare.ts";
import { type Data, toArray } from "../data.ts";
import { METHODS } from "../implementations.ts";
import { mixedAxesNetwork } from "../layers.ts";
import type { Finding, Report, Way } from "../report.ts";
import { arranged, arrays, initialShapes, input, inputShape, shapes } from "../trees.ts";
import { checkInitialParams, differenceInTree } from "./kernels.ts";

type Inputs<T> = readonly [readonly [T, T], T];
type Outputs<T> = readonly [T, T];

const IN_AXES: Inputs<number> = [[0, 1], 2];
const OUT_AXES: Outputs<number> = [-2, -3];

const inputsToObject = <T>([[x1, x2], x3]: Inputs<T>) => ({ x1_x2: [x1, x2], x3: [null, x3] });
const inputsFromObject = <T>(x: { x1_x2: [T, T]; x3: [null, T] }): Inputs<T> => [x.x1_x2, x.x3[1]];
const outputsToObject = <T>([out1, out2]: Outputs<T>) => ({ outs: [{ out_1: out1 }, [out2, null]] });

/** Whether inputs and outputs are objects; which second input is used. */
interface Form {
  readonly objectIn: boolean;
  readonly objectOut: boolean;
  readonly second: "null" | "nulls" | "other";
}

const FORMS: readonly Form[] = [true, false].flatMap((objectIn) =>
  [true, false].flatMap((objectOut) =>
    (["null", "nulls", "other"] as const).map((second) => ({ objectIn, objectOut, second })),
  ),
);

/** Everything of one case in one precision. */
class Mixed {
  readonly pattern: readonly [NDArray, NDArray];
  readonly params: unknown;
  readonly apply: (params: unknown, x: unknown, kwargs: object) => Outputs<NDArray>;

  constructor(
    readonly data: Data,
    readonly name: string,
    paramsTree: unknown,
    readonly precision: Precision,
  ) {
    const pattern = (i: number) => toArray(data.get(`${name}/pattern${i}`), precision);
    this.pattern = [pattern(1), pattern(2)];
    this.params = arranged(paramsTree, arrays(data, `${name}/params`, precision));
    this.apply = mixedAxesNetwork(shapes(data, `${name}/params`))[1];
  }

  inputs(x: "x1" | "x2"): Inputs<NDArray> {
    return input(this.data, `${this.name}/${x}`, IN_AXES, this.precision) as Inputs<NDArray>;
  }

  value(): Finding {
    const out = this.apply(this.params, this.inputs("x1"), { pattern: this.pattern[0] });
    return differenceInTree(out, this.data, `${this.name}/f_x1`, this.precision);
  }

  f({ objectIn, objectOut }: Form) {
    // biome-ignore lint/suspicious/noExplicitAny: x is a list or an object by the case at hand, and the kernel function infers from f a type that has to take both
    return (params: unknown, x: any, kwargs: object): unknown => {
      const out = this.apply(params, objectIn ? inputsFromObject(x) : x, kwargs);
      return objectOut ? outputsToObject(out) : out;
    };
  }

  secondInput({ objectIn, second }: Form): unknown {
    if (second === "null") return null;
    const nulls: Inputs<null> = [[null, null], null];
    const x: Inputs<unknown> = second === "nulls" ? nulls : this.inputs("x2");
    return objectIn ? inputsToObject(x) : x;
  }

  ntk(form: Form, options: object, mapped: boolean): Finding {
    const [in1, inAxes] = form.objectIn
      ? [inputsToObject(this.inputs("x1")), inputsToObject(IN_AXES)]
      : [this.inputs("x1"), IN_AXES];
    const outAxes = form.objectOut ? outputsToObject(OUT_AXES) : OUT_AXES;
    const vmapAxes = mapped ? [inAxes, outAxes, { pattern: 0 }] : null;
    const kernelFn = nt.empiricalNtkFn(this.f(form), { ...options, vmapAxes });
    const [p1, p2] = this.pattern;
    const pattern = form.second === "other" ? [p1, p2] : [p1, p1];
    const kernel = kernelFn(in1, this.secondInput(form), this.params, { pattern });
    const expected = `${this.name}/ntk_${form.second === "other" ? "other" : "same"}`;
    return differenceInTree(kernel, this.data, expected, this.precision);
  }
}

export function checkMixedAxes(data: Data, report: Report, name: string, paramsTree: unknown): void {
  checkInitialParams(report, name, paramsTree, () =>
    initialShapes(mixedAxesNetwork(shapes(data, `${name}/params`)), inputShape(data, `${name}/x1`, IN_AXES)),
  );
  const way = (precision: Precision, label: string, check: (mixed: Mixed) => Finding): Way => [
    `${precision} ${label}`,
    () => check(new Mixed(data, name, paramsTree, precision)),
  ];
  report.check(
    `${name}/f_x1`,
    PRECISIONS.map((precision) => way(precision, "", (mixed) => mixed.value())),
  );
  for (const form of FORMS) {
    const ways = PRECISIONS.flatMap((precision) =>
      METHODS.flatMap((method) =>
        [false, true].map((mapped) =>
          way(precision, `${method.name} vmapAxes ${mapped}`, (mixed) => mixed.ntk(form, method.options, mapped)),
        ),
      ),
    );
    report.checkMethods(`${name}/ntk ${JSON.stringify(form)}`, ways);
  }
}
