"""Writes the first and second derivatives that JAX gives, for ../second-order.test.ts to compare with.

JAX_ENABLE_X64=1 python test/transform/data/reference.py [group ...]     (jax 0.10.2; only for whoever changes the cases)

A case is [function, parameters, arguments, results]. An argument is an array written out, or {"shape", "seed"} of the
generator that both sides have. The results are the value and its derivatives along generated arrays: jvp, vjp, jvp of jvp,
jvp of vjp, vjp of vjp; null where JAX has none. "points" are written out in full, without the derivatives that other modes
repeat, of others two weighted sums of each array.
"""

import json
import pathlib
import random
import re
import sys

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, nn

HERE = pathlib.Path(__file__).parent


def generated(shape, seed, low=-1.0, high=1.0):
    i = np.arange(1, int(np.prod(shape, dtype=int)) + 1)
    x = np.sin(12.9898 * i * i + 78.233 * seed)
    return (low + (x + 1) / 2 * (high - low)).reshape(shape)


def read(arg):
    if "seed" in arg:
        return jnp.asarray(generated(arg["shape"], arg["seed"]))
    dtype = {"float64": np.float64, "int32": np.int32}[arg.get("dtype", "float64")]
    numbers = jax.tree.map(lambda v: float(v) if isinstance(v, str) else v, arg["data"])
    return jnp.asarray(np.array(numbers, dtype))


def digits(x):
    return [float(f"{v:.11g}") if np.isfinite(v) else str(float(v)) for v in np.asarray(x, np.float64).ravel()]


def sums(x):
    x = np.asarray(x, np.float64)
    return [list(x.shape), *digits([np.sum(x * generated(x.shape, seed)) for seed in (5, 6)])]


def derivatives(f, args, write):
    """In full only the value, vjp, jvp of vjp."""
    places = [i for i, a in enumerate(args) if a.dtype == np.float64]

    def of_floats(*floats):
        full = list(args)
        for i, x in zip(places, floats):
            full[i] = x
        return [y for y in jax.tree.leaves(f(*full)) if jnp.issubdtype(y.dtype, jnp.floating)]

    floats = [args[i] for i in places]
    along = lambda seed: tuple(jnp.asarray(generated(x.shape, seed + k, 0.5, 1.5)) for k, x in enumerate(floats))
    cotangents = lambda out, seed: [jnp.asarray(generated(y.shape, seed + k, 0.5, 1.5)) for k, y in enumerate(out)]

    def pulled(g, seed):
        def back(*xs):
            out, pullback = jax.vjp(g, *xs)
            return list(pullback(cotangents(out, seed)))
        return back

    pushed = lambda g, seed: lambda *xs: jax.jvp(g, xs, along(seed))[1]
    forward, backward = pushed(of_floats, 31), pulled(of_floats, 91)
    results = []
    wanted = (of_floats, forward, backward, pushed(forward, 41), pushed(backward, 31), pulled(backward, 71))
    for i, g in enumerate(wanted):
        if write is digits and i % 2:
            results.append(None)
            continue
        try:
            results.append([write(x) for x in jax.jit(g)(*floats)])
        except (NotImplementedError, ValueError, TypeError):
            results.append(None)
    return results


def case(cases, name, f, params, args, write=sums):
    cases.append([name, params, args, derivatives(f, [read(a) for a in args], write)])


def free(*shape, seed=1):
    return {"shape": list(shape), "seed": seed}


def written(data, dtype="float64"):
    return {"data": data, "dtype": dtype} if dtype != "float64" else {"data": data}


def snake(name):
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda m: "_" + m.group(1).lower(), name)


def library(name):
    space, function = name.split(".")
    return getattr({"lax": lax, "np": jnp, "nn": nn}[space], {"erfInv": "erf_inv"}.get(function, snake(function)))


def points():
    cases = []
    every = ["-inf", -3, -2.5, -2, -1, -0.75, -0.5, -0.0, 0.0, 0.1, 0.5, 1, 1.5, 2, 3, 6, 20, "inf"]
    finite = every[1:-1]
    add = lambda name, data, f=None: case(cases, name, f or library(name), None, [written(data)], digits)
    for name in ("exp exp2 expm1 log log1p sin cos tan asin acos atan sinh cosh tanh asinh logistic erf erfc sqrt rsqrt "
                 "square reciprocal abs neg sign floor ceil round besselI0e besselI1e cbrt").split():
        add(f"lax.{name}", every)
    add("lax.acosh", [1.0001, 2, 20, "inf"])
    add("lax.atanh", [-0.999, -0.5, 0, 0.5, 0.999])
    add("lax.erfInv", [-1, -0.9, -0.5, 0, 0.2, 0.9, 1])
    for name in ("lgamma", "digamma"):
        add(f"lax.{name}", [-2.5, -0.75, -1e-9, 1e-9, 0.1, 0.5, 1, 2, 6, 20])
    for name in ("relu relu6 leakyRelu elu celu selu gelu sigmoid silu softplus logSigmoid mish squareplus softSign "
                 "hardTanh hardSigmoid hardSilu sparsePlus sparseSigmoid").split():
        add(f"nn.{name}", finite)
    for name in "sinc trunc rint log2 log10 nanToNum".split():
        add(f"np.{name}", finite)
    power = lambda x, y: lax.integer_pow(x, y) if isinstance(y, int) else lax.pow(x, y)
    for exponent in (-2, -1, 0, 1, 2, 3, 0.5, 1.5, -0.5):
        case(cases, "lax.pow", lambda x: power(x, exponent), exponent, [written(every)], digits)
    bounds = [(-1, 2), (1, 1), (2, -1)]
    for low, high in bounds:
        case(cases, "np.clip", lambda x: jnp.clip(x, low, high), [low, high], [written(finite)], digits)
        case(cases, "lax.clamp", lambda x: lax.clamp(float(low), x, float(high)), [low, high], [written(finite)], digits)
    v = [-2.5, -1, -0.0, 0.0, 0.5, 1, 2, "inf"]
    both = [written([a for a in v for _ in v]), written([b for _ in v for b in v])]
    for name in "lax.mul lax.div lax.rem lax.max lax.min lax.pow lax.atan2 np.remainder np.fmod np.hypot".split():
        case(cases, name, library(name), None, both, digits)
    v = [0.1, 0.5, 1, 2, 5.5, 20]
    positive = [written([a for a in v for _ in v]), written([b for _ in v for b in v])]
    for name in ("lax.igamma", "lax.igammac"):
        library_function = library(name)
        case(cases, f"{name} by x", lambda x: library_function(1.5 * jnp.ones_like(x), x), None, [positive[1]], digits)
        # JAX has no second derivative by a.
        first = derivatives(library_function, [read(a) for a in positive], digits)
        cases.append([name, None, positive, [*first[:3], None, None, None]])
    for a, b in [(0.5, 0.5), (1, 2), (5, 0.3)]:
        case(cases, "betainc by x", lambda x: lax.betainc(a * jnp.ones_like(x), b * jnp.ones_like(x), x), [a, b],
             [written([0.1, 0.5, 0.9])], digits)
    for order in (0, 1, 3):
        case(cases, "polygamma by x", lambda x: lax.polygamma(order * jnp.ones_like(x), x), order, [written(v)], digits)
    return cases


def ties():
    cases = []
    equal = written([[1, 2, 2, 2], [0, 0, 0, 0], [3, 1, 3, -1]])
    zeros = written([[0, 2, 3, 0], [0, 1, 5, 2], [1, 2, 3, 4]])
    inputs = [equal, zeros, free(3, 4)]
    for x in inputs:
        for name in "reduceMax reduceMin reduceProd reduceSum".split():
            case(cases, f"lax.{name}", lambda x: library(f"lax.{name}")(x, axes=(1,)), {"axes": [1]}, [x])
        for name in "cumsum cumprod cummax cummin cumlogsumexp".split():
            for reverse in (False, True):
                case(cases, f"lax.{name}", lambda x: library(f"lax.{name}")(x, axis=1, reverse=reverse),
                     {"axis": 1, "reverse": reverse}, [x])
        for name in "logsumexp softmax logSoftmax standardize".split():
            case(cases, f"nn.{name}", lambda x: library(f"nn.{name}")(x, axis=1), {"axis": 1}, [x])
        for name in "max min prod mean var median ptp sort".split():
            case(cases, f"np.{name}", lambda x: library(f"np.{name}")(x, axis=1), {"axis": 1}, [x])
        case(cases, "topK", lambda x: lax.top_k(x, 2)[0], None, [x])
        case(cases, "argmax times sum", lambda x: jnp.argmax(x, axis=1) * jnp.sum(x), None, [x])
    low = written([["-inf", "-inf", 1, 2], [0, 0, 0, 1]])
    for name in "logsumexp softmax".split():
        case(cases, f"nn.{name}", lambda x: library(f"nn.{name}")(x, axis=1), {"axis": 1}, [low])
    places = written([[0], [2], [0], [0], [5], [2]], "int32")
    numbers = lax.ScatterDimensionNumbers((), (0,), (0,))
    as_object = {"updateWindowDims": [], "insertedWindowDims": [0], "scatterDimsToOperandDims": [0]}
    one = written([1, 2, 3, 4])
    for name in "scatterAdd scatterSub scatterMin scatterMax scatter".split():
        f = lambda x, i, y: library(f"lax.{name}")(x, i, y, numbers)
        for x, updates in [(one, [1, 3, 1, 2, 9, 5]), (one, [1, 3, 1, 1, 9, 3]), (one, [1] * 6), (written([1] * 4), [1] * 6),
                           (written([0, 2, 0, 4]), [0, 3, 0, 2, 9, 0])]:
            if name == "scatter":
                continue
            case(cases, f"lax.{name}", f, {"dimensionNumbers": as_object}, [x, places, written(updates)])
        case(cases, f"lax.{name}", f, {"dimensionNumbers": as_object}, [free(4), places, free(6, seed=2)])
    once = written([[3], [1]], "int32")
    f = lambda x, i, y: lax.scatter_mul(x, i, y, numbers, unique_indices=True)
    case(cases, "lax.scatterMul", f, {"dimensionNumbers": as_object, "uniqueIndices": True}, [one, once, written([0, 2])])
    rng = random.Random(1)
    while len(cases) < 130:
        rank = rng.randint(1, 3)
        shape, window, strides, dilation, base = (
            [rng.choice(choices) for _ in range(rank)]
            for choices in ([2, 3, 4, 6], [1, 2, 3], [1, 2, 3], [1, 1, 2], [1, 1, 2, 3]))
        padding = [[rng.randint(0, 2), rng.randint(0, 2)] for _ in shape]
        if rng.random() < 0.3:
            padding, base = rng.choice(["SAME", "VALID"]), [1] * rank
        name, init, by = rng.choice([("Sum", 0.0, lax.add), ("Max", -np.inf, lax.max), ("Min", np.inf, lax.min), ("Prod", 1.0, lax.mul)])
        params = {"windowDimensions": window, "windowStrides": strides, "padding": padding, "baseDilation": base,
                  "windowDilation": dilation}
        f = lambda x: lax.reduce_window(x, init, by, window, strides, padding, base, dilation)
        x = free(*shape) if rng.random() < 0.4 else written(np.array(
            [rng.randint(-1, 2) for _ in range(int(np.prod(shape)))], float).reshape(shape).tolist())
        case(cases, f"lax.reduceWindow{name}", f, params, [x])
    return cases


def convolutions():
    rng = random.Random(5)
    cases = []
    while len(cases) < 48:
        count = rng.choice([1, 1, 2, 2, 3])
        features, batches = rng.choice([(1, 1), (1, 1), (2, 1), (3, 1), (1, 2), (1, 3)])
        letters = "HWD"[:count]
        names = ["".join(rng.sample(n + letters, count + 2)) for n in ("NC", "OI", "NC")]
        largest = {1: 7, 2: 5, 3: 3}[count]
        sizes = {**{c: rng.randint(1, largest) for c in letters}, "N": rng.randint(1, 2) * batches,
                 "C": rng.randint(1, 2) * features}
        kernel = {**{c: rng.randint(1, 3 if count < 3 else 2) for c in letters},
                  "O": rng.randint(1, 2) * features * batches, "I": sizes["C"] // features}
        strides, dilation, base = ([rng.choice(choices) for _ in letters] for choices in ([1, 2, 3], [1, 1, 2, 3], [1, 1, 2, 3]))
        padding = [[rng.randint(-2, 3), rng.randint(-2, 3)] for _ in letters]
        if rng.random() < 0.3:
            padding, base = rng.choice(["SAME", "SAME_LOWER", "VALID"]), [1] * count
        shapes = [[sizes[c] for c in names[0]], [kernel[c] for c in names[1]]]
        axes = [rng.choice([None, rng.randint(0, count + 2)]) for _ in shapes]
        out_axis = rng.randint(0, count + 2)
        for shape, axis in zip(shapes, axes):
            if axis is not None:
                shape.insert(axis, 2)
        f = lambda x, w: lax.conv_general_dilated(x, w, strides, padding, base, dilation, tuple(names), features, batches)
        g = jax.vmap(f, tuple(axes), out_axis) if axes != [None, None] else f
        params = {"windowStrides": strides, "padding": padding, "lhsDilation": base, "rhsDilation": dilation,
                  "dimensionNumbers": names, "featureGroupCount": features, "batchGroupCount": batches}
        before = len(cases)
        case(cases, "convolution", g, [params, axes, out_axis], [free(*shapes[0]), free(*shapes[1], seed=2)])
        if None in cases[-1][3]:  # JAX fails: negative paddings
            del cases[before:]
    return cases


def linalg():
    cases = []
    rng = random.Random(2)

    def matrix(*shape, diagonal=0.0):
        x = np.array([round(rng.uniform(-1, 1), 3) for _ in range(int(np.prod(shape)))]).reshape(shape)
        return written((x + diagonal * np.eye(*shape[-2:]) if diagonal else x).tolist())

    add = lambda name, f, *args, params=None: case(cases, name, f, params, list(args))
    turned = lambda x: jnp.swapaxes(x, -1, -2)
    positive = lambda x: x @ turned(x) + jnp.eye(x.shape[-1])
    for shape in [(1, 1), (2, 2), (3, 3), (4, 4), (2, 3, 3)]:
        x = matrix(*shape, diagonal=2)
        add("cholesky", lambda x: jnp.linalg.cholesky(positive(x)), x)
        add("inv", jnp.linalg.inv, x)
        add("det", jnp.linalg.det, x)
        add("slogdet", lambda x: jnp.linalg.slogdet(x)[1], x)
        add("solve", jnp.linalg.solve, x, matrix(*shape[:-1], 2))
        add("qr", jnp.linalg.qr, x)
        add("pinv", jnp.linalg.pinv, x)
        symmetric = matrix(*shape)
        add("eigvalsh", jnp.linalg.eigvalsh, symmetric)
        add("eigh", lambda x: (lambda w, v: (v**2, (v * (w**3)[..., None, :]) @ turned(v)))(*jnp.linalg.eigh(x)), symmetric)
    for shape in [(3, 3), (4, 2), (2, 4), (2, 4, 3)]:
        x = matrix(*shape)
        add("svd", lambda x: (lambda u, s, v: (u**2, s, v**2))(*jnp.linalg.svd(x, full_matrices=False)), x)
        add("pinv", jnp.linalg.pinv, x)
        if shape[-2] >= shape[-1]:
            add("qr", jnp.linalg.qr, x)
    for shape in [(5, 3), (3, 5), (3, 3)]:
        add("lstsq", lambda a, b: jnp.linalg.lstsq(a, b)[0], matrix(*shape), matrix(shape[0], 2))
    for ord in ["fro", "nuc", 1, 2, -1, -2]:
        add("norm", lambda x: jnp.linalg.norm(x, ord=ord), matrix(3, 4), params=ord)
    for ord in [1, 2, 3, 0.5, -1]:
        add("norm", lambda x: jnp.linalg.norm(x, ord=ord), matrix(4), params=ord)
    for left in (True, False):
        for lower in (True, False):
            for transpose_a in (True, False):
                for unit in (True, False):
                    options = {"leftSide": left, "lower": lower, "transposeA": transpose_a, "unitDiagonal": unit}
                    add("triangularSolve", lambda a, b: lax.linalg.triangular_solve(
                        a, b, left_side=left, lower=lower, transpose_a=transpose_a, unit_diagonal=unit),
                        matrix(3, 3, diagonal=2), matrix(*((3, 2) if left else (2, 3))), params=options)
    # Where matrices are singular or eigenvalues equal, JAX's derivatives that are finite.
    first = lambda name, f, data: cases.append(
        [name, None, [written(data)], [*derivatives(f, [jnp.asarray(np.array(data, float))], sums)[:3], None, None, None]])
    for data in [[[1, 2], [2, 4]], [[1, 2, 3], [2, 4, 6], [0, 1, 1]], [[1, 2, 3, 4], [2, 4, 6, 8], [0, 1, 1, 0], [1, 0, 2, 5]],
                 [[0] * 4] * 4, [[1, 2, 3, 4], [2, 4, 6, 8], [3, 6, 9, 12], [1, 0, 2, 5]]]:
        first("det", jnp.linalg.det, data)
    first("eigvalsh", jnp.linalg.eigvalsh, np.eye(3).tolist())
    for x in [written([[1, 2, 3], [2, 4, 6], [0, 1, 1]]), written([[0] * 3] * 3)]:
        add("det", jnp.linalg.det, x)
    for axis in (0, 1, 2):
        stack = written(np.moveaxis(np.array(matrix(2, 3, 3, diagonal=2)["data"]), 0, axis).tolist())
        vector = matrix(3, 2)
        for name, f in [("inv", jnp.linalg.inv), ("det", jnp.linalg.det), ("cholesky", lambda x: jnp.linalg.cholesky(positive(x)))]:
            add(f"vmap {name}", jax.vmap(f, axis), stack, params=axis)
        add("vmap solve", jax.vmap(jnp.linalg.solve, (axis, None)), stack, vector, params=[axis, None])
        add("vmap solve", jax.vmap(jnp.linalg.solve, (axis, 1)), stack, vector, params=[axis, 1])
        add("vmap solve", jax.vmap(jnp.linalg.solve, (None, 1)), matrix(3, 3, diagonal=2), vector, params=[None, 1])
    return cases


everything = (points, ties, convolutions, linalg)
names = sys.argv[1:] or [f.__name__ for f in everything]
path = HERE / "second-order.json"
known = json.loads(path.read_text()) if path.exists() else {}
groups = {f.__name__: f() if f.__name__ in names else known[f.__name__] for f in everything}
text = ",\n".join(
    f'"{name}": [\n' + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]" for name, cases in groups.items())
path.write_text("{\n" + text + "\n}\n")
print({name: len(cases) for name, cases in groups.items()})
