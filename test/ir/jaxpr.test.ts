import {
  array,
  ConcretizationTypeError,
  grad,
  jit,
  jvp,
  lax,
  makeJaxpr,
  type NDArray,
  nn,
  numpy as np,
  UnexpectedTracerError,
  vmap,
} from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { makeAval } from "../../src/ir/aval.ts";
import { checkJaxpr, type Jaxpr, Literal, Var } from "../../src/ir/jaxpr.ts";
import { known, UndefinedPrimal } from "../../src/ir/primitive.ts";
import { addPrimitive } from "../../src/lax/elementwise.ts";
import { assertThrows } from "../support/arrays.ts";

const f32 = (...shape: number[]): NDArray => lax.full(shape, 1);

function prints(f: (...args: NDArray[]) => unknown, args: readonly unknown[], text: string): void {
  const program = makeJaxpr(f)(...(args as readonly NDArray[]));
  checkJaxpr(program.jaxpr);
  assert.is(String(program), text.trim());
}

test("a chain of elementwise operations", () => {
  prints(
    (x) => lax.mul(lax.sin(x), 2),
    [f32(3)],
    `
{ lambda ; a:f32[3]. let
    b:f32[3] = sin a
    c:f32[3] = mul b 2:f32[]
  in (c) }`,
  );
});

test("no equations, several outputs, weak numbers", () => {
  prints((x, y) => [y, x, 3], [f32(2, 3), 2], "{ lambda ; a:f32[2,3] b:~i32[]. let in (b, a, 3:~i32[]) }");
});

test("constants that a function closes over, once each", () => {
  const w = array([1, 2]);
  prints(
    (x) => lax.add(lax.mul(x, w), w),
    [f32(2)],
    `
{ lambda a:f32[2]; b:f32[2]. let
    c:f32[2] = mul b a
    d:f32[2] = add c a
  in (d) }`,
  );
  assert.is(makeJaxpr((x: NDArray) => lax.mul(x, w))(f32(2)).consts[0], w);
});

test("numbers that a function closes over are literals", () => {
  const k = array(2.5);
  prints(
    (x) => lax.mul(x, k),
    [f32(2)],
    `
{ lambda ; a:f32[2]. let
    b:f32[2] = mul a 2.5:f32[]
  in (b) }`,
  );
});

test("scalars are broadcast, mixed dtypes converted", () => {
  prints(
    (x, n) => np.multiply(x, n),
    [f32(2), array(3, { dtype: "int32" })],
    `
{ lambda ; a:f32[2] b:i32[]. let
    c:f32[] = convert_element_type[newDtype=float32 weakType=false] b
    d:f32[2] = broadcast_in_dim[shape=(2) broadcastDimensions=()] c
    e:f32[2] = mul a d
  in (e) }`,
  );
});

test("movement", () => {
  prints(
    (x) => lax.rev(lax.reshape(lax.transpose(x), { newSizes: [6] }), { dimensions: [0] }),
    [f32(2, 3)],
    `
{ lambda ; a:f32[2,3]. let
    b:f32[3,2] = transpose[permutation=(1,0)] a
    c:f32[6] = reshape[newSizes=(6)] b
    d:f32[6] = rev[dimensions=(0)] c
  in (d) }`,
  );
});

test("slices, padding and joining", () => {
  prints(
    (x) =>
      lax.concatenate(
        [lax.slice(x, { startIndices: [1], limitIndices: [3] }), lax.pad(x, 0, { paddingConfig: [[1, -1, 0]] })],
        {
          dimension: 0,
        },
      ),
    [f32(3)],
    `
{ lambda ; a:f32[3]. let
    b:f32[2] = slice[startIndices=(1) limitIndices=(3) strides=(1)] a
    c:f32[3] = pad[paddingConfig=((1,-1,0))] a 0:f32[]
    d:f32[5] = concatenate[dimension=0] b c
  in (d) }`,
  );
});

test("comparison, selection, reduction", () => {
  prints(
    (x) => lax.reduceMax(lax.select(lax.gt(x, 0), x, 0), { axes: [1] }),
    [f32(2, 3)],
    `
{ lambda ; a:f32[2,3]. let
    b:bool[2,3] = gt a 0:f32[]
    c:f32[2,3] = select b a 0:f32[]
    d:f32[2] = reduce_max[axes=(1)] c
  in (d) }`,
  );
});

test("products", () => {
  prints(
    (x, y) => lax.dotGeneral(x, y, { contractingDims: [[2], [1]], batchDims: [[0], [0]] }),
    [f32(2, 3, 4), f32(2, 4, 5)],
    `
{ lambda ; a:f32[2,3,4] b:f32[2,4,5]. let
    c:f32[2,3,5] = contract[abc,acf->abf] a b
  in (c) }`,
  );
});

test("convolutions", () => {
  const text = String(
    makeJaxpr((x: NDArray, w: NDArray) =>
      lax.convGeneralDilated(x, w, { windowStrides: [2], padding: [[1, 0]], rhsDilation: [3] }),
    )(f32(1, 2, 9), f32(4, 2, 2)),
  );
  assert.is(
    text,
    `
{ lambda ; a:f32[1,2,9] b:f32[4,2,2]. let
    c:f32[1,4,4] = contract[bce,dcg->bdf e=2f+3g-1] a b
  in (c) }`.trim(),
  );
});

test("a gradient", () => {
  prints(
    (x) => grad((y: NDArray) => lax.reduceSum(lax.sin(y)))(x),
    [f32(3)],
    `
{ lambda ; a:f32[3]. let
    b:f32[3] = sin a
    c:f32[3] = cos a
    d:f32[] = reduce_sum[axes=(0)] b
    e:f32[3] = broadcast_in_dim[shape=(3) broadcastDimensions=()] 1:f32[]
    f:f32[3] = mul e c
  in (f) }`,
  );
});

test("a batch", () => {
  prints(
    vmap((x: NDArray, y: NDArray) => lax.dotGeneral(x, y, { contractingDims: [[0], [0]] }), {
      inAxes: [0, null],
    }) as never,
    [f32(5, 2), f32(2)],
    `
{ lambda ; a:f32[5,2] b:f32[2]. let
    c:f32[5] = contract[ca,a->c] a b
  in (c) }`,
  );
});

test("more than 26 variables", () => {
  const text = String(
    makeJaxpr((x: NDArray) => Array.from({ length: 30 }).reduce<NDArray>((y) => lax.sin(y), x))(f32()),
  );
  assert.ok(text.includes("z:f32[] = sin y"));
  assert.ok(text.includes("aa:f32[] = sin z"));
  assert.ok(text.includes("in (ae) }"));
});

test("jit inside makeJaxpr is inlined; nested traces see outer arrays as constants", () => {
  prints(
    (x) => jit((y: NDArray) => lax.mul(y, x))(lax.neg(x)),
    [f32(2)],
    `
{ lambda ; a:f32[2]. let
    b:f32[2] = neg a
    c:f32[2] = mul b a
  in (c) }`,
  );
});

test("an array's contents can't be asked for while tracing", () => {
  const asks: ((x: NDArray) => unknown)[] = [
    (x) => x.item(),
    (x) => x.toArray(),
    (x) => x.dataSync(),
    (x) => (+(x as never) > 0 ? x : lax.neg(x)),
    (x) => ((x as never) > 0 ? x : lax.neg(x)),
    (x) => ((x as never as number) === 0 || Number(x) === 0 ? x : lax.neg(x)),
  ];
  for (const ask of asks) {
    for (const shape of [[], [1]]) {
      for (const transform of [
        jit(ask as never),
        vmap(ask as never, { inAxes: null, axisSize: 2 }),
        makeJaxpr(ask as never),
      ]) {
        let caught: unknown;
        try {
          (transform as (x: NDArray) => unknown)(f32(...shape));
        } catch (error) {
          caught = error;
        }
        assert.instance(caught, ConcretizationTypeError, String(ask));
        assert.ok((caught as Error).message.includes("np.where"), (caught as Error).message);
        assert.ok((caught as Error).message.includes(`float32(${shape.length === 0 ? "" : "1,"})`));
      }
    }
  }
});

test("a comparison of a traced array of many elements names tracing, not its size", () => {
  assertThrows(() => jit((x: NDArray) => ((x as never) > 0 ? x : x))(f32(3)), "traced array", "float32(3,)");
});

test("data() of a traced array is a rejected promise", async () => {
  let promise: Promise<unknown> | undefined;
  jit((x: NDArray) => {
    promise = x.data();
    return x;
  })(f32(2));
  const error = await promise!.then(
    () => undefined,
    (reason) => reason,
  );
  assert.instance(error, ConcretizationTypeError);
});

test("a traced array used after its trace is an error that says so", () => {
  let leaked: NDArray | undefined;
  jit((x: NDArray) => {
    leaked = lax.mul(x, 2);
    return x;
  })(f32(2));
  const escaped = leaked as NDArray;
  for (const use of [
    () => lax.add(escaped, 1),
    () => jit((x: NDArray) => lax.add(x, escaped))(f32(2)),
    () => jit((x: NDArray) => lax.sin(x))(escaped),
    () => jvp((x: NDArray) => lax.sin(x), [escaped], [f32(2)]),
    () => jit(() => escaped)(),
  ]) {
    assert.throws(use, (error: unknown) => error instanceof UnexpectedTracerError, String(use));
  }
});

test("printing an array inside a trace shows its type", () => {
  let text = "";
  makeJaxpr((x: NDArray) => {
    text = `${x}`;
    return x;
  })(f32(2, 3));
  assert.is(text, "Traced float32(2, 3)");
});

test("a function that returns no array is refused, with its transformation's name", () => {
  assertThrows(() => makeJaxpr((() => "x") as never)(), "makeJaxpr", '"x"');
  assertThrows(() => jit(() => undefined)(), "jit", "undefined");
});

test("checkJaxpr finds broken programs", () => {
  const [a, b, c] = [0, 1, 2].map(() => new Var(makeAval([2], "float32")));
  const equation = (inputs: readonly (Var | Literal)[], out: Var) => ({
    primitive: addPrimitive as never,
    inputs,
    params: null,
    outputs: [out],
  });
  const program = (parts: Partial<Jaxpr>): Jaxpr => ({
    constVars: [],
    inputs: [a],
    equations: [],
    outputs: [a],
    ...parts,
  });
  checkJaxpr(program({ equations: [equation([a, a], b)], outputs: [b, new Literal(1, makeAval([], "float32"))] }));
  assertThrows(() => checkJaxpr(program({ equations: [equation([a, b], c)] })), "undefined variable in add");
  assertThrows(() => checkJaxpr(program({ outputs: [b] })), "undefined variable in the outputs");
  assertThrows(() => checkJaxpr(program({ equations: [equation([a, a], b), equation([a, a], b)] })), "twice");
  const wrong = new Var(makeAval([3], "float32"));
  assertThrows(() => checkJaxpr(program({ equations: [equation([a, a], wrong)] })), "wrong type");
});

test("internal errors of rules are errors, not numbers", () => {
  assertThrows(() => known("mul", new UndefinedPrimal(makeAval([], "float32"))), "mul", "linear");
});

test("the programs of whole networks keep the IR's rules", () => {
  const loss = (p: { w: NDArray; b: NDArray }, x: NDArray): NDArray => np.mean(nn.relu(np.add(np.matmul(x, p.w), p.b)));
  const args = [{ w: f32(4, 3), b: f32(3) }, f32(5, 4)] as const;
  checkJaxpr(makeJaxpr(loss)(...args).jaxpr);
  checkJaxpr(makeJaxpr(grad(loss))(...args).jaxpr);
  checkJaxpr(makeJaxpr(vmap(grad(loss), { inAxes: [null, 0] }))(args[0], f32(2, 5, 4)).jaxpr);
});

test("programs inside of equations are the ones that were traced, of the primitives that interpreters compare", () => {
  const { jaxpr } = makeJaxpr((x: NDArray) => lax.scan((c, y) => [lax.sin(c), lax.sin(y)], lax.sin(x), f32(3)))(f32());
  const named = (name: string) => jaxpr.equations.find(({ primitive }) => primitive.name === name);
  const [sine, scan] = [named("sin"), named("scan")];
  const { body } = scan!.params as { body: Jaxpr };
  assert.ok(body.equations.length === 2 && body.equations.every((e) => e.primitive === sine!.primitive));
});

test.run();
