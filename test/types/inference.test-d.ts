/** What is inferred where nothing is annotated, and that nothing of it is `any`; compiled as `signatures.test-d.ts` is. */
import {
  type DType,
  evalShape,
  grad,
  hessian,
  jacfwd,
  jacrev,
  jvp,
  lax,
  linearize,
  makeJaxpr,
  type NDArray,
  numpy as np,
  nt,
  random,
  ShapeDtypeStruct,
  tree,
  valueAndGrad,
  vjp,
} from "cotangent";
import { is } from "./is.ts";

declare const x: NDArray;
declare const key: NDArray;

interface Weights {
  readonly w: NDArray;
  readonly b: NDArray | null;
}
declare const weights: Weights;
declare const flag: boolean;

export function withoutAnnotations(): void {
  is<NDArray>().of(grad((y) => np.sum(np.sin(y)))(x));
  is<NDArray>().of(grad((y) => y.sin().sum())(x));
  is<NDArray>().of(grad((y, z) => np.sum(np.add(y, z)), { argnums: 1 })(x, x));
  is<[NDArray, NDArray]>().of(grad((y, z) => np.sum(np.add(y, z)), { argnums: [0, 1] })(x, x));
  is<[value: NDArray, gradient: NDArray]>().of(valueAndGrad((y) => np.sum(y))(x));
  is<NDArray>().of(grad((y) => [np.sum(y), { y }], { hasAux: true })(x)[0]);
  is<NDArray>().of(jacrev((y) => np.sin(y))(x));
  is<NDArray>().of(jacfwd((y) => y.mul(2))(x));
  is<NDArray>().of(hessian((y) => np.sum(y))(x));
  is<NDArray>().of(jvp((y) => np.sin(y), [x], [x])[1]);
  is<[NDArray, NDArray]>().of(vjp((y, z) => np.add(y, z), x, x)[1](x));
  is<NDArray>().of(linearize((y) => np.sin(y), x)[1](x));
  is<NDArray>().of(nt.empiricalNtkFn((p, y) => np.matmul(y, p.w))(x, null, weights));
  is<NDArray>().of(nt.empiricalKernelFn((p, y) => np.matmul(y, p.w))(x, null, "ntk", weights));
  // @ts-expect-error: a string for an array
  grad((y) => np.sum(y))("x");
  // @ts-expect-error: an array has no such method
  grad((y) => y.sine())(x);
}

export function keys(): void {
  const [first, second, third] = random.split(key, 3);
  is<NDArray>().of(first);
  is<NDArray>().of(third);
  is<NDArray>().of(random.normal(second, [3]));
  const [one, two] = random.split(key);
  is<NDArray>().of(one);
  is<NDArray>().of(two);
  is<NDArray>().of(random.split(key, [2, 3]));
  const all: NDArray = random.split(key, 5);
  is<NDArray>().of(all);
  // @ts-expect-error: keys are an array, and no list
  random.split(key, 2).map((k) => k);
}

export function trees(): void {
  is<{ w: NDArray; b: NDArray | null }>().of(tree.map((leaf) => np.multiply(leaf, 2), weights));
  is<{ w: DType; b: DType | null }>().of(tree.map((leaf: NDArray) => leaf.dtype, weights));
  is<{ a: number; list: [number, number] }>().of(
    tree.map((a, b) => a + b, { a: 1, list: [2, 3] as [number, number] }, { a: 1, list: [2, 3] as [number, number] }),
  );
  is<number[]>().of(tree.map((leaf) => leaf.size, [x, x]));
  is<Weights>().of(tree.map<Weights>((leaf: NDArray) => leaf, weights as unknown));
  is<unknown>().of(tree.map((leaf: NDArray) => leaf, weights as unknown));
}

export function loops(): void {
  const [total, sums] = lax.scan((carry, row) => [np.add(carry, row), np.sum(row)], 0, x);
  is<NDArray>().of(total);
  is<NDArray>().of(sums);
  const [state, { mean }] = lax.scan(
    ({ w, n }, row) => [{ w: np.add(w, row), n: n.add(1) }, { mean: np.mean(row) }],
    { w: x, n: 0 },
    x,
  );
  is<{ readonly w: NDArray; readonly n: NDArray }>().of(state);
  is<NDArray>().of(mean);
  const [[a, b], none] = lax.scan(([c, d]) => [[d, np.add(c, d)], null], [0, 1], null, { length: 3 });
  is<NDArray>().of(a);
  is<NDArray>().of(b);
  is<null>().of(none);
  is<NDArray>().of(
    lax.whileLoop(
      (v) => np.less(v, 100),
      (v) => v.mul(2),
      3,
    ),
  );
  is<[NDArray, NDArray]>().of(
    lax.whileLoop(
      ([v]) => np.less(v, 100),
      ([v, n]) => [v.mul(2), np.add(n, 1)] as const,
      [3, 0],
    ),
  );
  lax.whileLoop(
    (v) => np.less(v, 100),
    // @ts-expect-error: a value of another structure
    (v) => [v],
    3,
  );
  is<NDArray>().of(lax.foriLoop(0, 10, (i, v) => np.add(v, i), x));
  is<{ readonly w: NDArray; readonly b: NDArray | null }>().of(lax.foriLoop(0, 10, (_, v) => v, weights));
  // @ts-expect-error: a value of another structure
  lax.foriLoop(0, 10, (_, v) => ({ v }), x);
  is<NDArray>().of(lax.map((row) => np.sum(row), x));
}

export function branches(): void {
  is<NDArray>().of(
    lax.cond(
      flag,
      (v) => v.sin(),
      (v) => np.cos(v),
      x,
    ),
  );
  is<NDArray>().of(
    lax.cond(
      np.less(x, 1),
      () => 1,
      () => 0,
    ),
  );
  is<{ y: NDArray }>().of(lax.switch(0, [({ w }) => ({ y: w }), ({ w }) => ({ y: np.sin(w) })], weights));
  lax.cond(
    flag,
    (v: NDArray) => v,
    // @ts-expect-error: branches that return different structures
    (v: NDArray) => [v],
    x,
  );
}

export function shapes(): void {
  const f = (p: Weights, y: NDArray) => ({ out: np.matmul(y, p.w), n: [y] });
  const { out, n } = evalShape(f, { w: new ShapeDtypeStruct([3, 2], "float32"), b: null }, x);
  is<ShapeDtypeStruct>().of(out);
  is<ShapeDtypeStruct[]>().of(n);
  is<string>().of(makeJaxpr(f)(weights, x).toString());
  // @ts-expect-error: an argument is missing
  evalShape(f, weights);
  // @ts-expect-error: a string for an array
  makeJaxpr(f)(weights, "x");
}
