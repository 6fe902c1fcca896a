/** The conjugate gradient method as one operation, linear in its right-hand side: derivatives are systems of their own. */

import { entry } from "../base/lists.ts";
import { range } from "../base/shapes.ts";
import { type Aval, makeAval } from "../ir/aval.ts";
import type { Jaxpr } from "../ir/jaxpr.ts";
import type { NDArray } from "../ir/ndarray.ts";
import type { Primitive, Tangent } from "../ir/primitive.ts";
import { bind, evalJaxpr, traceToJaxpr } from "../ir/trace.ts";
import { zerosLike } from "../lax/create.ts";
import * as lax from "../lax/index.ts";
import { batchSize, batchToFront } from "../lax/shape.ts";
import { batchedProgram, inputAvalsOf, parts, withBatchAxes } from "../transform/bodies.ts";
import { jvpJaxpr } from "../transform/jvp.ts";
import { withConstsAsInputs } from "../transform/partial.ts";
import { whileAs } from "../transform/while.ts";

/** A linear map: a program of `[...closed over, ...x]`. */
export interface LinearMap {
  readonly program: Jaxpr;
  readonly closedOver: number;
}

export interface CgParams {
  readonly matrix: LinearMap;
  /** Close to the matrix's inverse; `null` for the identity. */
  readonly preconditioner: LinearMap | null;
  /** How many axes in front of all arrays are separate systems. */
  readonly batch: number;
  readonly tol: number;
  readonly atol: number;
  readonly maxiter: number;
}

interface State {
  readonly x: NDArray[];
  readonly r: NDArray[];
  readonly p: NDArray[];
  readonly gamma: NDArray;
  readonly residual: NDArray;
  readonly steps: NDArray;
}

/** What the matrix and the preconditioner close over, the right-hand sides and the first guesses. */
function separate<T>(list: readonly T[], { matrix, preconditioner }: CgParams): [T[], T[], T[], T[]] {
  const [ofMatrix, ofPreconditioner, rest] = parts(list, matrix.closedOver, preconditioner?.closedOver ?? 0);
  return [ofMatrix, ofPreconditioner, ...parts(rest, rest.length / 2)];
}

const apply = ({ program }: LinearMap, closedOver: readonly NDArray[], x: readonly NDArray[]): NDArray[] =>
  evalJaxpr({ jaxpr: program, consts: [] }, [...closedOver, ...x]);

const applied = (x: readonly NDArray[], y: readonly NDArray[], op: typeof lax.sub): NDArray[] =>
  x.map((own, i) => op(own, entry(y, i)));

/** A number for each system, repeated to the shape of `like`. */
const over = (s: NDArray, like: NDArray): NDArray =>
  lax.broadcastInDim(s.dtype === "bool" ? s : lax.convertElementType(s, like.dtype), {
    shape: like.shape,
    broadcastDimensions: range(s.ndim),
  });

/** The inner product of two lists, in the widest of their dtypes. */
function dot(x: readonly NDArray[], y: readonly NDArray[], batch: number): NDArray {
  const dtype = x.some((own) => own.dtype === "float64") ? "float64" : entry(x, 0).dtype;
  const products = applied(x, y, lax.mul).map((z) =>
    lax.reduceSum(lax.convertElementType(z, dtype), { axes: range(z.ndim).slice(batch) }),
  );
  return products.reduce((a, b) => lax.add(a, b));
}

/** Shewchuk, "An introduction to the conjugate gradient method without the agonizing pain" (1994), B3. */
function iterate(params: CgParams, inputs: readonly NDArray[]): NDArray[] {
  const { matrix, preconditioner, batch, tol, atol, maxiter } = params;
  const [ofMatrix, ofPreconditioner, b, x0] = separate(inputs, params);
  const times = (x: readonly NDArray[]) => apply(matrix, ofMatrix, x);
  const preconditioned = (r: readonly NDArray[]) =>
    preconditioner ? apply(preconditioner, ofPreconditioner, r) : [...r];
  const along = (x: readonly NDArray[], s: NDArray, y: readonly NDArray[]) =>
    applied(x, y, (own, other) => lax.add(own, lax.mul(over(s, other as NDArray), other)));
  const limit = lax.max(lax.mul(dot(b, b, batch), tol * tol), atol * atol);
  const goesOn = ({ residual, steps }: State): NDArray =>
    lax.bitwiseAnd(lax.gt(residual, limit), lax.lt(steps, maxiter));
  const step = (state: State): State => {
    const product = times(state.p);
    const alpha = lax.div(state.gamma, dot(state.p, product, batch));
    const r = along(state.r, lax.neg(alpha), product);
    const z = preconditioned(r);
    const gamma = dot(r, z, batch);
    return {
      x: along(state.x, alpha, state.p),
      r,
      p: along(z, lax.div(gamma, state.gamma), state.p),
      gamma,
      residual: preconditioner ? dot(r, r, batch) : gamma,
      steps: lax.add(state.steps, 1),
    };
  };
  /** A system that is done keeps what it has. */
  const ownStep = (state: State): State => {
    const [next, isActive] = [step(state), goesOn(state)];
    const chosen = (y: NDArray, x: NDArray) => lax.select(over(isActive, x), y, x);
    const all = (y: NDArray[], x: NDArray[]) => y.map((own, i) => chosen(own, entry(x, i)));
    return {
      x: all(next.x, state.x),
      r: all(next.r, state.r),
      p: all(next.p, state.p),
      gamma: chosen(next.gamma, state.gamma),
      residual: chosen(next.residual, state.residual),
      steps: chosen(next.steps, state.steps),
    };
  };
  const r = applied(b, times(x0), lax.sub);
  const p = preconditioned(r);
  const gamma = dot(r, p, batch);
  const residual = preconditioner ? dot(r, r, batch) : gamma;
  const start: State = { x: x0, r, p, gamma, residual, steps: lax.full(gamma.shape, 0, "int32") };
  const fn = "scipy.sparse.linalg.cg";
  const last = whileAs(fn, (s: State) => lax.reduceOr(goesOn(s)), batch > 0 ? ownStep : step, start);
  return [...last.x, lax.select(lax.le(last.residual, limit), zerosLike(last.steps), lax.max(last.steps, 1))];
}

const unknownsOf = ({ matrix }: CgParams): Aval[] => inputAvalsOf(matrix.program).slice(matrix.closedOver);

/** A map of a batch; what it closes over has its batch axis in front where it has one. */
function batchedMap(map: LinearMap, closedOver: readonly NDArray[], isBatched: readonly boolean[], size: number) {
  const all = map.program.outputs.map(() => true);
  const { program } = withBatchAxes(batchedProgram(map.program, [...isBatched, ...all], size), all, size);
  const consts = [...program.consts, ...closedOver];
  return { map: { program: withConstsAsInputs(program.jaxpr), closedOver: consts.length }, consts };
}

const cgPrimitive: Primitive<CgParams> = {
  name: "cg",
  aval: (_, params) => {
    const avals = unknownsOf(params);
    return [...avals, makeAval(entry(avals, 0).shape.slice(0, params.batch), "int32")];
  },
  jvp: (primals, tangents, params) => {
    const outs = bindCg(params, primals);
    const [ofMatrix, ofPreconditioner, b] = separate(primals, params);
    const [dMatrix, , db] = separate(tangents, params);
    const x = outs.slice(0, b.length);
    let change: Tangent[] = db;
    if (dMatrix.some((t) => t !== null)) {
      const map = { jaxpr: params.matrix.program, consts: [] };
      const [, moved] = jvpJaxpr(map, [...ofMatrix, ...x], [...dMatrix, ...x.map(() => null)]);
      change = change.map((t, i) => {
        const own = moved[i] ?? null;
        return own && t ? lax.sub(t, own) : own ? lax.neg(own) : t;
      });
    }
    if (change.every((t) => t === null)) return [outs, outs.map(() => null)];
    const given = change.map((t, i) => t ?? zerosLike(entry(b, i)));
    const dx = bindCg(params, [...ofMatrix, ...ofPreconditioner, ...given, ...b.map(zerosLike)]);
    return [outs, [...dx.slice(0, -1), null]];
  },
  // The matrix is symmetric.
  transpose: (cts, inputs, params) => {
    const unknowns = unknownsOf(params);
    const constants = inputs.slice(0, inputs.length - 2 * unknowns.length) as NDArray[];
    const given = unknowns.map((aval, i) => cts[i] ?? zerosLike(aval));
    const solved = bindCg(params, [...constants, ...given, ...unknowns.map(zerosLike)]);
    return [...constants.map(() => null), ...solved.slice(0, -1), ...unknowns.map(() => null)];
  },
  batch: (inputs, axes, params) => {
    const size = batchSize(inputs, axes);
    const [aMatrix, aPreconditioner] = separate(axes, params);
    const { matrix, preconditioner } = params;
    const constants = aMatrix.length + aPreconditioner.length;
    const front = inputs.map((x, i) => {
      const axis = axes[i] ?? null;
      return i < constants && axis === null ? x : batchToFront(x, axis, size);
    });
    const [ofMatrix, ofPreconditioner, b, x0] = separate(front, params);
    const has = (list: typeof aMatrix) => list.map((axis) => axis !== null);
    const own = batchedMap(matrix, ofMatrix, has(aMatrix), size);
    const close = preconditioner && batchedMap(preconditioner, ofPreconditioner, has(aPreconditioner), size);
    const outs = bindCg({ ...params, matrix: own.map, preconditioner: close?.map ?? null, batch: params.batch + 1 }, [
      ...own.consts,
      ...(close?.consts ?? []),
      ...b,
      ...x0,
    ]);
    return [outs, outs.map(() => 0)];
  },
  lowering: {
    kind: "call",
    program: (params) => {
      const { matrix, preconditioner } = params;
      const closedOver = (map: LinearMap | null) => (map ? inputAvalsOf(map.program).slice(0, map.closedOver) : []);
      const unknowns = unknownsOf(params);
      const avals = [...closedOver(matrix), ...closedOver(preconditioner), ...unknowns, ...unknowns];
      return traceToJaxpr((values) => iterate(params, values), avals).jaxpr;
    },
  },
  format: () => "",
};

/** The solution, and for each system 0 or how many steps have not been enough. */
export const bindCg = (params: CgParams, inputs: readonly NDArray[]): NDArray[] => bind(cgPrimitive, inputs, params);
