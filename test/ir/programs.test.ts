/** The programs that functions are traced to, as text: read and compared by eye with what each should be. */
import { grad, jacrev, jit, jvp, lax, makeJaxpr, type NDArray, nn, numpy as np, vmap } from "cotangent";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { checkJaxpr } from "../../src/ir/jaxpr.ts";

const f32 = (...shape: number[]): NDArray => lax.full(shape, 1);

function prints(f: (...args: NDArray[]) => unknown, args: readonly NDArray[], text: string): void {
  const program = makeJaxpr(f as never)(...args);
  checkJaxpr(program.jaxpr);
  assert.is(String(program), text.trim());
}

const loss = (w: NDArray, x: NDArray, y: NDArray): NDArray => np.mean(np.square(np.subtract(np.matmul(x, w), y)));

test("a dense layer", () => {
  prints(
    (x, w, b) => nn.relu(np.add(np.matmul(x, w), b)),
    [f32(4, 3), f32(3, 2), f32(2)],
    `
{ lambda ; a:f32[4,3] b:f32[3,2] c:f32[2]. let
    d:f32[4,2] = contract[ab,bc->ac] a b
    e:f32[4,2] = broadcast_in_dim[shape=(4,2) broadcastDimensions=(1)] c
    f:f32[4,2] = add d e
    g:bool[4,2] = le f 0:f32[]
    h:f32[4,2] = select g 0:f32[] f
  in (h) }`,
  );
});

test("a convolutional network", () => {
  prints(
    (filters, w, x) => {
      const options = {
        windowStrides: [1, 1],
        padding: "SAME",
        dimensionNumbers: ["NHWC", "HWIO", "NHWC"],
      } as const;
      const features = nn.relu(lax.convGeneralDilated(x, filters, options));
      const pooled = nn.avgPool(features, [2, 2], { strides: [2, 2] });
      return np.matmul(np.reshape(pooled, [x.shape[0], -1]), w);
    },
    [f32(3, 3, 1, 4), f32(16, 10), f32(2, 4, 4, 1)],
    `
{ lambda ; a:f32[3,3,1,4] b:f32[16,10] c:f32[2,4,4,1]. let
    d:f32[2,4,4,4] = contract[behc,gjcd->bfid e=f+g-1 h=i+j-1] c a
    e:bool[2,4,4,4] = le d 0:f32[]
    f:f32[2,4,4,4] = select e 0:f32[] d
    g:f32[2,4,2,4] = slice[startIndices=(0,0,0,0) limitIndices=(2,4,3,4) strides=(1,1,2,1)] f
    h:f32[2,4,2,4] = slice[startIndices=(0,0,1,0) limitIndices=(2,4,4,4) strides=(1,1,2,1)] f
    i:f32[2,4,2,4] = add g h
    j:f32[2,2,2,4] = slice[startIndices=(0,0,0,0) limitIndices=(2,3,2,4) strides=(1,2,1,1)] i
    k:f32[2,2,2,4] = slice[startIndices=(0,1,0,0) limitIndices=(2,4,2,4) strides=(1,2,1,1)] i
    l:f32[2,2,2,4] = add j k
    m:f32[2,2,2,4] = div l 4:f32[]
    n:f32[2,16] = reshape[newSizes=(2,16)] m
    o:f32[2,10] = contract[ab,bc->ac] n b
  in (o) }`,
  );
});

test("attention", () => {
  prints(
    (q, k, v) => np.matmul(nn.softmax(np.divide(np.matmul(q, np.transpose(k)), 2)), v),
    [f32(3, 4), f32(5, 4), f32(5, 2)],
    `
{ lambda ; a:f32[3,4] b:f32[5,4] c:f32[5,2]. let
    d:f32[4,5] = transpose[permutation=(1,0)] b
    e:f32[3,5] = contract[ab,bc->ac] a d
    f:f32[3,5] = div e 2:f32[]
    g:f32[3] = reduce_max[axes=(1)] f
    h:f32[3,1] = reshape[newSizes=(3,1)] g
    i:f32[3,1] = stop_gradient h
    j:f32[3,5] = broadcast_in_dim[shape=(3,5) broadcastDimensions=(0,1)] i
    k:f32[3,5] = sub f j
    l:f32[3,5] = exp k
    m:f32[3] = reduce_sum[axes=(1)] l
    n:f32[3,1] = reshape[newSizes=(3,1)] m
    o:f32[3,5] = broadcast_in_dim[shape=(3,5) broadcastDimensions=(0,1)] n
    p:f32[3,5] = div l o
    q:f32[3,2] = contract[ab,bc->ac] p c
  in (q) }`,
  );
});

test("an embedding", () => {
  prints(
    (table, tokens) => np.take(table, tokens, { axis: 0, mode: "clip" }),
    [f32(7, 4), lax.full([2, 3], 1, "int32")],
    `
{ lambda ; a:f32[7,4] b:i32[2,3]. let
    c:i32[2,3] = clamp 0:i32[] b 6:i32[]
    d:f32[1,7,4] = reshape[newSizes=(1,7,4)] a
    e:i32[1,6] = reshape[newSizes=(1,6)] c
    f:f32[1,6,4] = gather[fill=true] d e
    g:f32[2,3,4] = reshape[newSizes=(2,3,4)] f
  in (g) }`,
  );
});

test("layer normalization", () => {
  prints(
    (x) => nn.standardize(x),
    [f32(2, 4)],
    `
{ lambda ; a:f32[2,4]. let
    b:f32[2] = reduce_sum[axes=(1)] a
    c:f32[2,1] = reshape[newSizes=(2,1)] b
    d:f32[2,1] = div c 4:f32[]
    e:f32[2,4] = broadcast_in_dim[shape=(2,4) broadcastDimensions=(0,1)] d
    f:f32[2,4] = sub a e
    g:f32[2,4] = integer_pow[exponent=2] a
    h:f32[2] = reduce_sum[axes=(1)] g
    i:f32[2,1] = reshape[newSizes=(2,1)] h
    j:f32[2,1] = div i 4:f32[]
    k:f32[2,1] = integer_pow[exponent=2] d
    l:f32[2,1] = sub j k
    m:f32[2,1] = max l 0:f32[]
    n:f32[2,1] = add m 0.000009999999747378752:f32[]
    o:f32[2,1] = rsqrt n
    p:f32[2,4] = broadcast_in_dim[shape=(2,4) broadcastDimensions=(0,1)] o
    q:f32[2,4] = mul f p
  in (q) }`,
  );
});

test("a contraction of three arrays, the cheapest pair first", () => {
  prints(
    (a, b, c) => np.einsum("bij,jk,bk->bi", a, b, c),
    [f32(2, 3, 4), f32(4, 5), f32(2, 5)],
    `
{ lambda ; a:f32[2,3,4] b:f32[4,5] c:f32[2,5]. let
    d:f32[4,2] = contract[ab,cb->ac] b c
    e:f32[2,3] = contract[abc,ca->ab] a d
  in (e) }`,
  );
});

test("the gradient of a loss", () => {
  prints(
    grad(loss) as never,
    [f32(3), f32(5, 3), f32(5)],
    `
{ lambda ; a:f32[3] b:f32[5,3] c:f32[5]. let
    d:f32[5] = contract[ab,b->a] b a
    e:f32[5] = sub d c
    f:f32[5] = integer_pow[exponent=2] e
    g:f32[5] = mul e 2:f32[]
    h:f32[] = reduce_sum[axes=(0)] f
    i:f32[] = div h 5:f32[]
    j:f32[] = div 1:f32[] 5:f32[]
    k:f32[5] = broadcast_in_dim[shape=(5) broadcastDimensions=()] j
    l:f32[5] = mul k g
    m:f32[3] = contract[ab,a->b] b l
  in (m) }`,
  );
});

test("the gradients of a batch, one each", () => {
  prints(
    vmap(grad(loss), { inAxes: [null, 0, 0] }) as never,
    [f32(3), f32(5, 3), f32(5)],
    `
{ lambda ; a:f32[3] b:f32[5,3] c:f32[5]. let
    d:f32[5] = contract[ba,a->b] b a
    e:f32[5] = sub d c
    f:f32[5] = integer_pow[exponent=2] e
    g:f32[5] = mul e 2:f32[]
    h:f32[5] = div f 1:f32[]
    i:f32[] = div 1:f32[] 1:f32[]
    j:f32[5] = broadcast_in_dim[shape=(5) broadcastDimensions=()] i
    k:f32[5] = mul j g
    l:f32[5,3] = contract[ba,b->ba] b k
  in (l) }`,
  );
});

test("values and tangents share what they have in common", () => {
  prints(
    (x, t) => jvp((y: NDArray) => np.exp(np.sin(y)), [x], [t]),
    [f32(2), f32(2)],
    `
{ lambda ; a:f32[2] b:f32[2]. let
    c:f32[2] = sin a
    d:f32[2] = cos a
    e:f32[2] = mul b d
    f:f32[2] = exp c
    g:f32[2] = mul e f
  in (f, g) }`,
  );
});

test("a Jacobian, backwards: the rows of an identity at once", () => {
  prints(
    jacrev((x: NDArray) => np.multiply(np.sin(x), 2)) as never,
    [f32(2)],
    `
{ lambda ; a:f32[2]. let
    b:f32[2] = sin a
    c:f32[2] = cos a
    d:f32[2] = mul b 2:f32[]
    e:i32[2] = iota[dtype=int32 size=2 basis=true]
    f:i32[2,2] = broadcast_in_dim[shape=(2,2) broadcastDimensions=(0)] e
    g:i32[2] = iota[dtype=int32 size=2 basis=true]
    h:i32[2,2] = broadcast_in_dim[shape=(2,2) broadcastDimensions=(1)] g
    i:bool[2,2] = eq f h
    j:f32[2,2] = convert_element_type[newDtype=float32 weakType=false] i
    k:f32[2,2] = mul j 2:f32[]
    l:f32[2,2] = broadcast_in_dim[shape=(2,2) broadcastDimensions=(1)] c
    m:f32[2,2] = mul k l
  in (m) }`,
  );
});

test("a second derivative", () => {
  prints(
    grad((x: NDArray) => grad((y: NDArray) => lax.sin(y))(x) as NDArray) as never,
    [f32()],
    `
{ lambda ; a:f32[]. let
    b:f32[] = cos a
    c:f32[] = sin a
    d:f32[] = mul 1:f32[] b
    e:f32[] = mul 1:f32[] 1:f32[]
    f:f32[] = neg e
    g:f32[] = mul f c
  in (g) }`,
  );
});

test("a compiled function is part of the program", () => {
  prints(
    (x) => jit((y: NDArray) => np.tanh(y))(np.add(x, 1)),
    [f32(2)],
    `
{ lambda ; a:f32[2]. let
    b:f32[2] = add a 1:f32[]
    c:f32[2] = tanh b
  in (c) }`,
  );
});

test.run();
