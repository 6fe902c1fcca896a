"""Writes the values and derivatives that JAX gives for `lax`, for ../reference.test.ts to compare with.

JAX_ENABLE_X64=1 python test/lax/data/reference.py [group ...]     (jax 0.10.2; only for whoever changes the cases)

A case is [function, parameters, arguments, value, tangent, cotangents]: the parameters are those of ours, the arguments
are arrays written out, or {"shape", "seed", "low", "high"} of the generator that both sides have; the derivatives are
along generated arrays, and null where JAX has none.
"""

import json
import pathlib
import random
import sys

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

HERE = pathlib.Path(__file__).parent


def generated(shape, seed, low=-1.0, high=1.0):
    i = np.arange(1, int(np.prod(shape, dtype=int)) + 1)
    x = np.sin(12.9898 * i + 78.233 * seed)
    return jnp.asarray((low + (x + 1) / 2 * (high - low)).reshape(shape))


def written(x):
    x = np.asarray(x)
    if x.dtype.kind == "f":
        text = [float(f"{v:.11g}") if np.isfinite(v) else str(v) for v in x.ravel().astype(np.float64)]
    else:
        text = [int(v) for v in x.ravel()]
    return {"dtype": str(x.dtype), "shape": list(x.shape), "data": text}


def read(arg):
    if isinstance(arg, dict):
        return generated(**arg)
    return arg


def case(name, fn, params, args, derivatives=True):
    """`args`: arrays, or dictionaries for generated ones, which are differentiated by."""
    arrays = [read(a) for a in args]
    value = jax.tree.leaves(fn(*arrays))
    places = [i for i, a in enumerate(args) if isinstance(a, dict)]

    def of_floats(*floats):
        full = list(arrays)
        for i, x in zip(places, floats):
            full[i] = x
        return [y for y in jax.tree.leaves(fn(*full)) if jnp.issubdtype(y.dtype, jnp.floating)]

    tangent = cotangents = None
    if derivatives and places:
        floats = [arrays[i] for i in places]
        try:
            _, t = jax.jvp(of_floats, floats, [generated(x.shape, 31 + k) for k, x in enumerate(floats)])
            tangent = [written(x) for x in t]
        except (NotImplementedError, ValueError):
            pass
        try:
            out, pullback = jax.vjp(of_floats, *floats)
            cotangents = [written(x) for x in pullback([generated(y.shape, 91 + k) for k, y in enumerate(out)])]
        except (NotImplementedError, ValueError):
            pass
    # JAX's extrema lose windows that "clip" has moved: a division by 0 in their derivatives.
    for derivative in (tangent, cotangents):
        if derivative and any({"nan", "inf", "-inf"} & set(map(str, d["data"])) for d in derivative):
            tangent = cotangents = None
    inputs = [a if isinstance(a, dict) else written(a) for a in args]
    return [name, params, inputs, [written(v) for v in value], tangent, cotangents]


def floats(shape, seed, low=-1.0, high=1.0):
    return {"shape": list(shape), "seed": seed, "low": low, "high": high}


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def indexing():
    rng = random.Random(7)
    cases = []
    while len(cases) < 80:
        rank = rng.randint(1, 4)
        shape = [rng.randint(1, 4) for _ in range(rank)]
        counting = rng.randint(0, 2)
        batch_shape = [rng.randint(1, 3) for _ in range(counting)]
        axes = list(range(rank))
        batching, indices_batching = [], []
        if counting and rank > 1 and rng.random() < 0.4:
            batching = [rng.choice(axes)]
            indices_batching = [rng.randrange(counting)]
            batch_shape[indices_batching[0]] = shape[batching[0]]
        free = [a for a in axes if a not in batching]
        indexed = rng.sample(free, rng.randint(0, len(free)))
        collapsed = sorted(a for a in free if rng.random() < 0.4 and (a in indexed or shape[a] == 1))
        sizes = [
            1 if a in collapsed or a in batching else (rng.randint(1, shape[a]) if rng.random() < 0.7 else shape[a])
            for a in axes
        ]
        own = [a for a in free if a not in collapsed]
        inner = sorted(rng.sample(range(len(own) + counting), len(own)))
        mode = rng.choice(["fill", "clip", None, "promise_in_bounds"])
        spread = 0 if mode == "promise_in_bounds" else 1
        high = [shape[a] - sizes[a] for a in indexed]
        count = int(np.prod(batch_shape, dtype=int))
        index = np.array([[rng.randint(-spread, h + spread) for h in high] for _ in range(count)], np.int32)
        index = jnp.asarray(index.reshape([*batch_shape, len(indexed)]))
        windows = [None] * (len(own) + counting)
        outer = iter(batch_shape)
        for i in range(len(windows)):
            windows[i] = sizes[own[inner.index(i)]] if i in inner else next(outer)
        seed = len(cases)
        kind = rng.choice(["gather", "scatter", "scatter_add", "scatter_sub", "scatter_mul", "scatter_min", "scatter_max"])
        if kind != "gather" and not indexed and count > 1:
            continue  # XLA applies one of the updates instead of all
        if kind == "gather":
            fill = rng.choice([None, None, 0.5])
            numbers = lax.GatherDimensionNumbers(
                tuple(inner), tuple(collapsed), tuple(indexed), tuple(batching), tuple(indices_batching))
            fn = lambda x, i: lax.gather(x, i, numbers, tuple(sizes), mode=mode, fill_value=fill)
            names = ["offsetDims", "collapsedSliceDims", "startIndexMap", "operandBatchingDims", "startIndicesBatchingDims"]
            extra = {"sliceSizes": sizes, "fillValue": fill}
            args = [floats(shape, seed), index]
        else:
            numbers = lax.ScatterDimensionNumbers(
                tuple(inner), tuple(collapsed), tuple(indexed), tuple(batching), tuple(indices_batching))
            fn = lambda x, i, u: getattr(lax, kind)(x, i, u, numbers, mode=mode)
            names = ["updateWindowDims", "insertedWindowDims", "scatterDimsToOperandDims", "operandBatchingDims",
                     "scatterIndicesBatchingDims"]
            extra = {}
            args = [floats(shape, seed), index, floats(windows, seed + 1)]
        lists = [inner, collapsed, indexed, batching, indices_batching]
        params = {"dimensionNumbers": dict(zip(names, lists)), "mode": mode, **extra}
        # Outside, a gather in JAX's default mode does not agree with its own transpose.
        cases.append(case(camel(kind), fn, params, args, derivatives=kind != "gather" or mode is not None))
    return cases


def ints(values, dtype=np.int32):
    return jnp.asarray(np.array(values, dtype))


def convolutions():
    rng = random.Random(3)
    cases = []
    for count in [0, 1, 1, 1, 2, 2, 2, 3]:
        features, batches = rng.choice([(1, 1), (2, 1), (1, 2)])
        letters = "HWD"[:count]
        shuffled = ["".join(rng.sample(names + letters, count + 2)) for names in ("NC", "OI", "NC")]
        sizes = {**{c: rng.randint(2, 5) for c in letters}, "N": 2 * batches, "C": 2 * features}
        kernel = {**{c: rng.randint(1, 3) for c in letters}, "O": 2 * features * batches, "I": 2}
        dilation = [rng.randint(1, 2) for _ in letters]
        padding = [[rng.randint(-1, 2), rng.randint(-1, 2)] for _ in letters]
        if rng.random() < 0.4:
            padding, dilation = rng.choice(["SAME", "SAME_LOWER", "VALID"]), [1] * count
        params = {
            "windowStrides": [rng.randint(1, 3) for _ in letters],
            "padding": padding,
            "lhsDilation": dilation,
            "rhsDilation": [rng.randint(1, 2) for _ in letters],
            "featureGroupCount": features,
            "batchGroupCount": batches,
        }
        specs = lax.conv_dimension_numbers([2] * (count + 2), [2] * (count + 2), tuple(shuffled))
        fn = lambda x, w: lax.conv_general_dilated(
            x, w, params["windowStrides"], padding, dilation, params["rhsDilation"], specs, features, batches)
        as_object = {"lhsSpec": specs.lhs_spec, "rhsSpec": specs.rhs_spec, "outSpec": specs.out_spec}
        params["dimensionNumbers"] = rng.choice([shuffled, as_object])
        shapes = [[sizes[c] for c in shuffled[0]], [kernel[c] for c in shuffled[1]]]
        cases.append(case("convGeneralDilated", fn, params, [floats(shapes[0], 1), floats(shapes[1], 2)]))
    transposed = [
        ([3], "SAME", [2], None, False, False),
        ([4], "VALID", [2], [2], True, False),
        ([3, 2], "SAME", [1, 3], None, True, False),
        ([3], [[1, 2]], [2], None, False, True),
        ([3], [[1, 2]], [2], None, False, False),
    ]
    for size, padding, strides, dilation, flipped, consistent in transposed:
        pads = padding if isinstance(padding, str) else [tuple(p) for p in padding]
        fn = lambda x, w: lax.conv_transpose(
            x, w, strides, pads, dilation, None, flipped, use_consistent_padding=consistent)
        params = {"strides": strides, "padding": padding, "rhsDilation": dilation, "transposeKernel": flipped,
                  "useConsistentPadding": consistent}
        args = [floats([2, *([4, 3][: len(size)]), 2], 1), floats([*size, *([3, 2] if flipped else [2, 3])], 2)]
        cases.append(case("convTranspose", fn, params, args))
    for numbers in [None, ["NHWC", "WOHI", "WNHC"]]:
        params = {"filterShape": [2, 3], "windowStrides": [1, 2], "padding": [[1, 0], [0, 1]], "rhsDilation": [2, 1]}
        spec = None if numbers is None else tuple(numbers)
        jax_args = ([2, 3], [1, 2], [(1, 0), (0, 1)])
        shape = [2, 2, 4, 5] if numbers is None else [2, 4, 5, 2]
        fn = lambda x: lax.conv_general_dilated_patches(x, *jax_args, None, (2, 1), spec)
        options = {**params, **({} if numbers is None else {"dimensionNumbers": numbers})}
        cases.append(case("convGeneralDilatedPatches", fn, options, [floats(shape, 1)]))
        kernel = [3, 12, 3, 2] if numbers is None else [4, 3, 2, 12]
        fn = lambda x, w: lax.conv_general_dilated_local(
            x, w, [1, 2], [(1, 0), (0, 1)], [2, 3], None, (2, 1), spec)
        cases.append(case("convGeneralDilatedLocal", fn, options, [floats(shape, 1), floats(kernel, 2)]))
    fn = lambda x, w: lax.conv(x, w, (2,), "SAME")
    cases.append(case("conv", fn, {"windowStrides": [2], "padding": "SAME"}, [floats([1, 2, 5], 1), floats([2, 2, 2], 2)]))
    fn = lambda x, w: lax.conv_with_general_padding(x, w, (1,), [(1, 1)], (2,), (1,))
    params = {"windowStrides": [1], "padding": [[1, 1]], "lhsDilation": [2], "rhsDilation": [1]}
    cases.append(case("convWithGeneralPadding", fn, params, [floats([1, 2, 5], 1), floats([2, 2, 2], 2)]))
    fn = lambda x, w: lax.conv_general_dilated(x, w, (1,), "VALID", preferred_element_type=jnp.float32)
    params = {"windowStrides": [1], "padding": "VALID", "preferredElementType": "float32"}
    whole = [ints(range(5)).reshape(1, 1, 5), ints([1, -2]).reshape(1, 1, 2)]
    cases.append(case("convGeneralDilated", fn, params, whole))
    return cases


def operations():
    add = lambda *a, **k: cases.append(case(*a, **k))
    cases = []
    x, matrix, cube = floats([5], 1), floats([3, 4], 2), floats([2, 3, 4], 3)
    numbers = ints([[5, -3, 7], [0, 6, -1]])
    add("reduceXor", lambda a: lax.reduce_xor(a, axes=(1,)), {"axes": [1]}, [numbers])
    add("reduceAnd", lambda a: lax.reduce_and(a, axes=(0,)), {"axes": [0]}, [numbers])
    add("reduceOr", lambda a: lax.reduce_or(a, axes=(0, 1)), {"axes": [0, 1]}, [numbers.astype(np.uint32)])
    add("reduceXor", lambda a: lax.reduce_xor(a, axes=(0,)), {"axes": [0]}, [numbers > 0])
    for dtype in ["float32", "int32", "uint32"]:
        empty = jnp.zeros((0, 2), dtype)
        for name in ["sum", "prod", "max", "min"]:
            add(f"reduce{name.capitalize()}", lambda a: getattr(lax, f"reduce_{name}")(a, axes=(0,)), {"axes": [0]}, [empty])
    add("reduceMax", lambda a: lax.reduce_max(a, axes=(1,)), {"axes": [1]}, [numbers > 0])
    add("reduceMin", lambda a: lax.reduce_min(a, axes=(1,)), {"axes": [1]}, [numbers > 0])
    add("reduceAnd", lambda a: lax.reduce_and(a, axes=(0,)), {"axes": [0]}, [jnp.zeros((0, 2), np.uint32)])
    mul = lambda a, b: lax.reduce(a, np.float64(1), lax.mul, b)
    add("reduce", lambda a: mul(a, (0, 2)), {"dimensions": [0, 2], "init": 1, "by": "mul"}, [cube])
    add("reduce", lambda a: lax.reduce(a, np.float64(0.5), lax.max, (1,)), {"dimensions": [1], "init": 0.5, "by": "max"}, [cube])
    halves = jnp.asarray([-2.5, -1.5, -0.5, -0.3, 0.0, 0.49999999999999994, 0.5, 1.5, 2.5, 4503599627370497.0, np.inf, np.nan])
    add("round", lambda a: lax.round(a), {}, [halves])
    add("round", lambda a: lax.round(a, lax.RoundingMethod.TO_NEAREST_EVEN), {"roundingMethod": 1}, [halves])
    wide = ints([0, 1, -1, 65536, -65537, 2**31 - 1, -(2**31), 123456789])
    for dtype in ["int32", "uint32"]:
        add("mulhi", lambda a, b: lax.mulhi(a, b), None, [wide.astype(dtype), wide[::-1].astype(dtype)])
    add("bitcastConvertType", lambda a: lax.bitcast_convert_type(a, jnp.int32), "int32", [jnp.asarray([1.5, -0.0, np.inf], jnp.float32)])
    add("bitcastConvertType", lambda a: lax.bitcast_convert_type(a, jnp.float32), "float32", [ints([1, 2**30, -5])])
    add("bitcastConvertType", lambda a: lax.bitcast_convert_type(a, jnp.uint32), "uint32", [ints([1, -5])])
    add("broadcast", lambda a: lax.broadcast(a, (2, 3)), [2, 3], [x])
    add("broadcastToRank", lambda a: lax.broadcast_to_rank(a, 3), 3, [x])
    add("collapse", lambda a: lax.collapse(a, 0, 2), [0, 2], [cube])
    add("tile", lambda a: lax.tile(a, (2, 3)), [2, 3], [matrix])
    add("split", lambda a: lax.split(a, (1, 0, 3), 1), [[1, 0, 3], {"axis": 1}], [matrix])
    add("unstack", lambda a: lax.unstack(a, 1), {"axis": 1}, [matrix])
    add("stack", lambda a, b: lax.stack([a, b], 1), {"axis": 1}, [matrix, floats([3, 4], 9)])
    add("indexInDim", lambda a: lax.index_in_dim(a, -1, 1, False), [-1, {"axis": 1, "keepdims": False}], [cube])
    add("indexTake", lambda a, i, j: lax.index_take(a, (i, j), (0, 2)), [0, 2], [cube, ints([1, 0, -1]), ints([3, 5, -6])])
    add("sortKeyVal", lambda k, v: lax.sort_key_val(k, v, 0), {"dimension": 0}, [ints([[2, 1], [0, 1], [2, -5]]), floats([3, 2], 4)])
    add("selectN", lambda w, a, b, c: lax.select_n(w, a, b, c), None, [ints([0, 1, 2, 2, 1]), x, floats([5], 5), floats([5], 6)])
    add("selectN", lambda w, a, b: lax.select_n(w, a, b), None, [jnp.asarray([True, False, True, True, False]), x, floats([5], 5)])
    add("batchMatmul", lambda a, b: lax.batch_matmul(a, b), None, [cube, floats([2, 4, 2], 5)])
    add("dot", lambda a, b: lax.dot(a, b), {}, [matrix, floats([4], 5)])
    add("dot", lambda a, b: lax.dot(a, b), {}, [floats([4], 5), floats([4, 2], 6)])
    dims = (((0,), (0,)), ((), ()))
    add("dotGeneral", lambda a, b: lax.dot_general(a, b, dims, preferred_element_type=jnp.float32),
        {"contractingDims": [[0], [0]], "preferredElementType": "float32"}, [ints([1, 2]), ints([3, 5])])
    window = lambda name, init, by, base, dil: add(
        "reduceWindow",
        lambda a: lax.reduce_window(a, np.float64(init), by, (2, 3), (1, 2), [(1, 0), (2, 1)], base, dil),
        {"init": "-inf" if init == -np.inf else init, "by": name, "windowDimensions": [2, 3], "windowStrides": [1, 2], "padding": [[1, 0], [2, 1]],
         "baseDilation": base, "windowDilation": dil}, [matrix])
    window("add", 0.0, lax.add, [1, 2], [2, 1])
    window("max", -np.inf, lax.max, [1, 1], [1, 1])
    window("mul", 1.0, lax.mul, [2, 1], [1, 2])
    return cases


def special():
    rng = np.random.default_rng(5)
    cases = []
    a = jnp.asarray(np.round(np.exp(rng.uniform(-3, 5, 40)), 6))
    x = jnp.asarray(np.round(np.asarray(a) * np.exp(rng.uniform(-1.5, 1.5, 40)), 6))
    edges = jnp.asarray([0.0, 0.0, 1.0, -1.0, 2.0, 2.0, np.nan])
    other = jnp.asarray([0.0, 2.0, 0.0, 1.0, np.inf, -1.0, 1.0])
    for name in ["igamma", "igammac", "igamma_grad_a", "random_gamma_grad"]:
        cases.append(case(camel(name), getattr(lax, name), None, [a, x]))
        # JAX's slopes at infinity are NaN; they are 0.
        some = np.array([0, 1, 2, 3, 5, 6] if "grad" in name else range(7))
        cases.append(case(camel(name), getattr(lax, name), None, [edges[some], other[some]]))
        if name.startswith("igammac") or name == "igamma":
            cases.append(case(camel(name), getattr(lax, name), None, [floats([6], 1, 0.5, 3), floats([6], 2, 0.3, 5)]))
    part = jnp.asarray(np.round(rng.uniform(0, 1, 40), 6))
    cases.append(case("betainc", lax.betainc, None, [a, x, part]))
    ends = [jnp.asarray(v) for v in ([0.0, 0.0, 2.0, 2.0, 2.0, np.inf, -1.0, 1.0], [2.0, 0.0, 0.0, 1.0, np.inf, 2.0, 1.0, 1.0],
                                     [0.5, 0.5, 0.5, 1.0, 0.5, 0.5, 0.5, 1.5])]
    cases.append(case("betainc", lax.betainc, None, ends))
    cases.append(case("betainc", lax.betainc, None, [a[:6], x[:6], floats([6], 3, 0.1, 0.9)]))
    order = jnp.asarray([0.0, 1.0, 2.0, 3.0, 5.0, 8.0, 1.0, 2.0])
    at = floats([8], 4, 0.2, 9.0)
    cases.append(case("polygamma", lax.polygamma, None, [order, at]))
    cases.append(case("polygamma", lax.polygamma, None, [ints([1, 2, 3, 1, -1]).astype(float), jnp.asarray([-0.5, -1.3, -2.5, 0.0, 1.0])]))
    s = jnp.asarray([1.0, 0.5, 1.1, 2.0, 3.5, 20.0, 60.0, 2.0, 2.5, 2.0])
    q = jnp.asarray([1.0, 1.0, 0.3, 1e5, 2.0, 1.5, 3.0, 0.0, -1.5, -1.0])
    cases.append(case("zeta", lax.zeta, None, [s, q]))
    y = jnp.asarray(np.round(np.concatenate([rng.normal(size=12) * 9, [0.0, 1e-9, 19.9, 20.1, -300.0, np.inf]]), 6))
    for name in ["bessel_i0e", "bessel_i1e"]:
        cases.append(case(camel(name), getattr(lax, name), None, [y]))
        cases.append(case(camel(name), getattr(lax, name), None, [floats([6], 5, -30, 30)]))
    z = jnp.asarray([1.1, -3.14159, 1e-8, 65504.0, 65519.9, 65520.0, 1e6, np.nan, -np.inf, 0.0, 1.0009765625, 1.00048828125, 6.1e-5, 6e-5])
    for dtype in ["float32", "float64"]:
        for bits in [(5, 10), (8, 7), (4, 3), (8, 23), (11, 52), (2, 0)]:
            params = {"exponentBits": bits[0], "mantissaBits": bits[1]}
            cases.append(case("reducePrecision", lambda v: lax.reduce_precision(v, *bits), params, [z.astype(dtype)]))
    return cases


GROUPS = {"special": special, "indexing": indexing, "convolutions": convolutions, "operations": operations}


def main():
    for name, cases in GROUPS.items():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases())
        (HERE / f"{name}.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
