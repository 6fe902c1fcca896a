"""Reference values for test/numpy/reference.test.ts, by NumPy where it has the function, else by JAX.

    JAX_ENABLE_X64=1 python test/numpy/reference.py values > test/numpy/data/values.json
    JAX_ENABLE_X64=0 python test/numpy/reference.py dtypes > test/numpy/data/dtypes.json

A case of `values` is [function, arguments, options, outputs, whether the function is smooth there]: arrays are [dtype, shape,
elements]. The dtypes are JAX's without 64 bits.
"""
import json
import math
import re
import sys

import jax
import jax.numpy as jnp
import numpy as np

rng = np.random.default_rng(3)
R = lambda *s: rng.uniform(-2, 2, s).round(3)
I = lambda n, *s: rng.integers(0, n, s).astype(np.int32)
NAN, INF = float("nan"), float("inf")
cases = []


def number(v):
    if isinstance(v, (bool, np.bool_)):
        return int(v)
    v = float(v)
    return repr(v) if not math.isfinite(v) or (v == 0 and math.copysign(1, v) < 0) else int(v) if v == int(v) else v


def encode(x):
    x = np.asarray(x)
    dtype = "int32" if x.dtype == np.int64 else str(x.dtype)
    return [dtype, list(x.shape), [number(v) for v in x.ravel()]]


def case(name, f, args, options=None, grad=True):
    """`f` takes the arrays among the arguments; the others stand in the call as they are."""
    arrays = [a for a in args if isinstance(a, np.ndarray)]
    global jnp
    try:
        jnp = np
        out = f(*arrays)
    except (AttributeError, TypeError, ValueError):
        jnp = jax.numpy
        out = f(*[jnp.asarray(a) for a in arrays])
    jnp = jax.numpy
    out = list(out) if isinstance(out, (list, tuple)) else [out]
    smooth = grad and any(a.dtype == np.float64 for a in arrays)
    encoded = [encode(a) if isinstance(a, np.ndarray) else a for a in args]
    cases.append([name, encoded, options, [encode(o) for o in out], smooth])


def values():
    x, y, m = R(6), R(2, 3), R(3, 4)
    withNaN = np.array([[1.0, NAN, -2.0, 0.5], [NAN, NAN, NAN, NAN], [0.25, 3.0, 3.0, -1.0]])
    mask = np.array([[True, False, True, True], [False, False, True, False], [True, True, True, False]])
    # Order statistics.
    for q in (0.0, 0.3, np.array([0.1, 0.55, 0.9])):
        for axis in (None, 0, -1):
            case("numpy.quantile", lambda a, *l: jnp.quantile(a, l[0] if l else q, axis=axis), [m, q], {"axis": axis})
    for method in ("lower", "higher", "nearest", "midpoint", "linear"):
        case("numpy.quantile", lambda a: jnp.quantile(a, 0.37, axis=1, method=method, keepdims=True), [m, 0.37], {"axis": 1, "method": method, "keepdims": True})
    case("numpy.percentile", lambda a: jnp.percentile(a, 25, axis=(0, 1)), [m, 25], {"axis": [0, 1]})
    for axis in (None, 0, 1, (0, 1)):
        for keepdims in (False, True):
            o = {"axis": list(axis) if isinstance(axis, tuple) else axis, "keepdims": keepdims}
            k = {"axis": axis, "keepdims": keepdims}
            case("numpy.median", lambda a: jnp.median(a, **k), [m], o)
            case("numpy.nanmedian", lambda a: jnp.nanmedian(a, **k), [withNaN], o, grad=False)
            for name in ("sum", "prod", "max", "min", "mean", "var", "std"):
                case(f"numpy.nan{name}", lambda a: getattr(jnp, f"nan{name}")(a, **k), [withNaN], o, grad=name in ("sum", "prod"))
    case("numpy.median", lambda *a: jnp.median(*a), [withNaN], None, grad=False)
    case("numpy.nanquantile", lambda a: jnp.nanquantile(a, 0.3, axis=1), [withNaN, 0.3], {"axis": 1}, grad=False)
    case("numpy.cov", lambda *a: jnp.cov(*a), [m])
    case("numpy.cov", lambda a: jnp.cov(a, rowvar=False), [m], {"rowvar": False})
    case("numpy.cov", lambda a: jnp.cov(a, bias=True), [m], {"bias": True})
    case("numpy.cov", lambda a: jnp.cov(a, ddof=2), [x], {"ddof": 2})
    case("numpy.corrcoef", lambda *a: jnp.corrcoef(*a), [m])
    case("numpy.corrcoef", lambda a: jnp.corrcoef(a, rowvar=False), [m], {"rowvar": False})
    # Reductions with masks.
    for axis in (None, 0, 1):
        for name in ("sum", "prod", "mean", "var", "std", "any", "all"):
            if name == "std" and axis is not None:
                continue
            a = mask[:, ::-1].copy() if name in ("any", "all") else m
            f = lambda a: getattr(jnp, name)(a, axis=axis, where=mask)
            case(f"numpy.{name}", f, [a], {"axis": axis, "where": encode(mask)})
        for name in ("max", "min"):
            f = lambda a: getattr(jnp, name)(a, axis=axis, where=mask, initial=0.5)
            case(f"numpy.{name}", f, [m], {"axis": axis, "where": encode(mask), "initial": 0.5})
    case("numpy.max", lambda a: jnp.max(a, axis=0, initial=-1.0), [np.zeros((0, 2))], {"axis": 0, "initial": -1})
    # Differences, integrals, interpolation, convolution.
    for n, axis in ((0, -1), (1, -1), (2, 0), (1, 0), (5, 1)):
        case("numpy.diff", lambda a: jnp.diff(a, n=n, axis=axis), [m], {"n": n, "axis": axis})
    case("numpy.diff", lambda *a: jnp.diff(*a), [np.array([True, False, False])])
    case("numpy.trapezoid", lambda *a: jnp.trapezoid(*a), [m])
    case("numpy.trapezoid", lambda a: jnp.trapezoid(a, dx=0.5, axis=0), [m], {"dx": 0.5, "axis": 0})
    grid = np.array([0.0, 0.5, 2.0, 2.5])
    case("numpy.trapezoid", lambda a: jnp.trapezoid(a, x=grid), [m], {"x": encode(grid)})
    at = np.array([[-1.0, 0.0, 0.25], [2.0, 2.2, 9.0]])
    case("numpy.interp", lambda *a: jnp.interp(*a), [at, grid, R(4)], grad=False)
    case("numpy.interp", lambda *a: jnp.interp(*a), [at[:, [0, 2]] + 0.1, grid, R(4)])
    case("numpy.interp", lambda *a: jnp.interp(*a), [np.array(1.0), np.array([0.0, 1.0, 1.0, 2.0]), R(4)], grad=False)
    for mode in ("full", "same", "valid"):
        for a, b in ((5, 3), (3, 5), (4, 2), (3, 3), (1, 4)):
            case("numpy.convolve", lambda p, q: jnp.convolve(p, q, mode=mode), [R(a), R(b)], {"mode": mode})
            case("numpy.correlate", lambda p, q: jnp.correlate(p, q, mode=mode), [R(a), R(b)], {"mode": mode})
    case("numpy.polyval", lambda *a: jnp.polyval(*a), [R(4), m])
    case("numpy.polyval", lambda *a: jnp.polyval(*a), [R(1), np.array(2.0)])
    # Searching, counting.
    ordered = np.array([-1.0, 0.0, 0.0, 0.5, 2.0])
    probe = np.array([[-3.0, -1.0, 0.0], [0.3, 2.0, NAN]])
    for side in ("left", "right"):
        case("numpy.searchsorted", lambda a, v: jnp.searchsorted(a, v, side=side), [ordered, probe], {"side": side}, grad=False)
    case("numpy.searchsorted", lambda *a: jnp.searchsorted(*a), [np.zeros(0), probe], grad=False)
    for right in (False, True):
        for edges in (ordered, ordered[::-1].copy()):
            case("numpy.digitize", lambda a, b: jnp.digitize(a, b, right=right), [probe[:, :2].copy(), edges], {"right": right}, grad=False)
    counts = np.array([3, 1, 1, 5, 0, -2], np.int32)
    case("numpy.bincount", lambda *a: jnp.bincount(*a), [counts])
    case("numpy.bincount", lambda a: jnp.bincount(a, minlength=8), [counts], {"minlength": 8})
    case("numpy.bincount", lambda a: jnp.bincount(a, length=3, weights=x), [counts], {"length": 3, "weights": encode(x)})
    case("numpy.histogram", lambda *a: jax.numpy.histogram(*a), [R(3, 7)], grad=False)
    case("numpy.histogram", lambda a: jax.numpy.histogram(a, bins=4, range=(-1, 1)), [R(20)], {"bins": 4, "range": [-1, 1]}, grad=False)
    case("numpy.histogram", lambda a: jax.numpy.histogram(a, bins=ordered[[0, 1, 3, 4]], density=True), [R(20)], {"bins": encode(ordered[[0, 1, 3, 4]]), "density": True}, grad=False)
    case("numpy.histogram", lambda *a: jax.numpy.histogram(*a), [np.array([2.0, 2.0])], grad=False)
    sparse = np.array([[0, 2, 0], [3, 0, 1]], np.int32)
    for size in (None, 2, 5):
        for name in ("nonzero", "argwhere", "flatnonzero"):
            o = {"size": size, "fillValue": 7} if size else None
            case(f"numpy.{name}", lambda a: getattr(jnp, name)(a, **({"size": size, "fill_value": 7} if size else {})), [sparse], o)
    repeated = np.array([[2.0, -1.0, 2.0], [NAN, 0.0, NAN]])
    case("numpy.unique", lambda *a: jnp.unique(*a), [repeated], grad=False)
    case("numpy.unique", lambda a: jnp.unique(a, size=3), [repeated], {"size": 3}, grad=False)
    case("numpy.unique", lambda a: jnp.unique(a, size=6), [repeated], {"size": 6}, grad=False)
    case("numpy.unique", lambda a: jnp.unique(a, size=6, fill_value=-5), [repeated], {"size": 6, "fillValue": -5}, grad=False)
    case("numpy.isin", lambda *a: jnp.isin(*a), [I(5, 2, 4), I(5, 3)])
    case("numpy.unravelIndex", lambda i: jnp.unravel_index(i, (2, 3, 4)), [np.array([[0, 5], [23, 12]], np.int32), [2, 3, 4]])
    # Grids.
    for a, b, n in ((0, 2, 5), (-1, 1.5, 4), (1, 1, 1), (0, 1, 0)):
        case("numpy.logspace", lambda: jnp.logspace(a, b, n), [a, b, n], {"dtype": "float64"})
        case("numpy.logspace", lambda: jnp.logspace(a, b, n, endpoint=False, base=2.0), [a, b, n], {"endpoint": False, "base": 2, "dtype": "float64"})
    case("numpy.geomspace", lambda: jnp.geomspace(1, 1000, 4), [1, 1000, 4], {"dtype": "float64"})
    case("numpy.geomspace", lambda: jnp.geomspace(-8.0, -0.5, 5), [-8, -0.5, 5], {"dtype": "float64"})
    for indexing in ("xy", "ij"):
        for sp in (False, True):
            case("numpy.meshgrid", lambda: jnp.meshgrid(x, grid, ordered, indexing=indexing, sparse=sp), [[encode(x), encode(grid), encode(ordered)]], {"indexing": indexing, "sparse": sp})
        case("numpy.meshgrid", lambda: jnp.meshgrid(x, indexing=indexing), [[encode(x)]], {"indexing": indexing})
    case("numpy.indices", lambda: jnp.indices((2, 3)), [[2, 3]])
    for k in (-1, 0, 2):
        case("numpy.tri", lambda: jnp.tri(3, 4, k), [3], {"M": 4, "k": k, "dtype": "float64"})
        case("numpy.trilIndices", lambda: jnp.tril_indices(3, k), [3], {"k": k})
        case("numpy.triuIndices", lambda: jnp.triu_indices(3, k, 4), [3], {"k": k, "M": 4})
    # Elementwise.
    kinks = np.array([-2.5, -1.0, -0.0, 0.0, 1e-3, 0.5, 1.0, INF, -INF, NAN])
    smooth = kinks[:7].copy()
    for name, own in (("sinc", "sinc"), ("deg2rad", "deg2rad"), ("rad2deg", "rad2deg")):
        case(f"numpy.{name}", lambda *a: getattr(jnp, own)(*a), [smooth])
    case("numpy.signbit", lambda *a: jnp.signbit(*a), [kinks], grad=False)
    case("numpy.copysign", lambda *a: jnp.copysign(*a), [np.array([1.5, -2.0, 0.0]), np.array([-0.0, 3.0, -1.0])], grad=False)
    case("numpy.heaviside", lambda *a: jnp.heaviside(*a), [kinks, np.full(10, 0.25)], grad=False)
    case("numpy.logaddexp2", lambda *a: jnp.logaddexp2(*a), [smooth, smooth[::-1].copy()])
    case("numpy.logaddexp2", lambda *a: jnp.logaddexp2(*a), [kinks, kinks[::-1].copy()], grad=False)
    for name, own in (("bitwiseAnd", "bitwise_and"), ("bitwiseOr", "bitwise_or"), ("bitwiseXor", "bitwise_xor"), ("leftShift", "left_shift"), ("rightShift", "right_shift")):
        case(f"numpy.{name}", lambda *a: getattr(jnp, own)(*a), [np.array([[-5, 12, 7]], np.int32), I(6, 2, 1)])
    case("numpy.bitwiseNot", lambda *a: jnp.bitwise_not(*a), [I(9, 3)])
    conditions = [m > 1, m > 0]
    case("numpy.select", lambda: jnp.select(conditions, [jnp.asarray(m), jnp.asarray(2 * m)], -1.5), [[encode(c) for c in conditions], [encode(m), encode(2 * m)]], {"default": -1.5})
    case("numpy.arrayEqual", lambda *a: jnp.array_equal(*a), [kinks, kinks.copy()], grad=False)
    case("numpy.arrayEqual", lambda a, b: jnp.array_equal(a, b, equal_nan=True), [kinks, kinks.copy()], {"equalNan": True}, grad=False)
    case("numpy.arrayEqual", lambda *a: jnp.array_equal(*a), [x, y], grad=False)
    # Movement, joining, products.
    for s in ((), (3,), (2, 3), (2, 3, 2)):
        case("numpy.atleast3d", lambda *a: jnp.atleast_3d(*a), [np.asarray(R(*s))])
        for name, own in (("dstack", "dstack"), ("columnStack", "column_stack")):
            a = R(*s)
            case(f"numpy.{name}", lambda: getattr(jnp, own)([a, 2 * a]), [[encode(a), encode(2 * a)]])
    for name, own in (("fliplr", "fliplr"), ("flipud", "flipud"), ("matrixTranspose", "matrix_transpose")):
        case(f"numpy.{name}", lambda *a: getattr(jnp, own)(*a), [m])
    case("numpy.repeat", lambda a: jnp.repeat(a, np.array([2, 0, 3]), axis=0), [m, [2, 0, 3]], {"axis": 0})
    case("numpy.cross", lambda *a: jnp.cross(*a), [R(2, 3), R(3)])
    case("numpy.cross", lambda a, b: jnp.cross(a, b, axis=0), [R(3, 2), R(3, 2)], {"axis": 0})
    # nn.
    logits, seen = R(3, 4), mask
    for axis in (-1, 0, None):
        o = {"axis": axis, "where": encode(seen)}
        case("nn.softmax", lambda a: jax.nn.softmax(a, axis=axis, where=seen), [logits], o)
        case("nn.logsumexp", lambda a: jax.nn.logsumexp(a, axis=axis, where=seen), [logits], o, grad=axis != -1)
        weights = np.abs(m)
        weights[0, 0] = 0
        case("nn.logsumexp", lambda a: jax.nn.logsumexp(a, axis=axis, b=weights), [logits], {"axis": axis, "b": encode(weights)})
        case("nn.standardize", lambda a: jax.nn.standardize(a, axis=axis, where=seen), [logits], o, grad=False)
    case("nn.logSoftmax", lambda a: jax.nn.log_softmax(a, where=seen), [logits], {"where": encode(seen)}, grad=False)
    edges = np.array([-3.0, -1.0, -0.5, 0.0, 1.0, 2.0])
    for name, own in (("sparsePlus", "sparse_plus"), ("sparseSigmoid", "sparse_sigmoid"), ("identity", "identity")):
        case(f"nn.{name}", getattr(jax.nn, own), [edges])
    q, k, v = R(2, 3, 4, 2), R(2, 5, 2, 2), R(2, 5, 2, 2)

    # Written out, because JAX computes the softmax in float32.
    def attend(q, k, v, bias=0, mask=True, is_causal=False, scale=None):
        heads = q.shape[-2] // k.shape[-2]
        k, v = [np.repeat(a, heads, axis=-2) for a in (k, v)]
        scores = np.einsum("...qhd,...khd->...hqk", q, k) * (scale or q.shape[-1] ** -0.5) + bias
        seen = np.tril(np.ones(scores.shape[-2:], bool)) if is_causal else mask
        powers = np.exp(np.where(seen, scores, -INF))
        return np.einsum("...hqk,...khd->...qhd", powers / powers.sum(-1, keepdims=True), v)

    case("nn.dotProductAttention", attend, [q, k, v])
    case("nn.dotProductAttention", lambda q, k, v: attend(q, k, v, is_causal=True, scale=0.3), [q, k, v], {"isCausal": True, "scale": 0.3})
    bias, see = R(2, 1, 3, 5), rng.random((2, 4, 3, 5)) > 0.4
    case("nn.dotProductAttention", lambda q, k, v: attend(q, k, v, bias=bias, mask=see), [q, k, v], {"bias": encode(bias), "mask": encode(see)})
    case("nn.dotProductAttention", attend, [R(3, 2, 2), R(3, 2, 2), R(3, 2, 2)])
    # linalg.
    la = jax.numpy.linalg
    square = R(3, 3) + 2 * np.eye(3)
    for p in (None, 1, -1, 2, -2, "fro"):
        case("numpy.linalg.cond", lambda a: la.cond(a, p=p), [square], {"p": p})
    case("numpy.linalg.cond", la.cond, [np.array([[1.0, 2.0], [0.0, 0.0]])], grad=False)
    case("numpy.linalg.cond", lambda a: la.cond(a, p=1), [np.array([[1.0, 2.0], [2.0, 4.0]])], {"p": 1}, grad=False)
    for s in ((3, 2), (2, 3), (2, 3, 3)):
        case("numpy.linalg.svdvals", la.svdvals, [R(*s)])
    case("numpy.linalg.lstsq", la.lstsq, [R(4, 2), R(4)])
    case("numpy.linalg.lstsq", la.lstsq, [R(5, 3), R(5, 2)])
    case("numpy.linalg.lstsq", la.lstsq, [np.array([[1.0, 2.0], [2.0, 4.0], [0.0, 0.0]]), R(3)], grad=False)
    # Updates: JAX's x.at[...].
    def updated(method, *index):
        return lambda a, b: getattr(a.at[index], method)(b) if hasattr(a, "at") else getattr(jnp.asarray(a).at[index], method)(b)

    twice = np.array([1, 1, -1, 9], np.int32)
    for name, method in (("Set", "set"), ("Add", "add"), ("Multiply", "multiply"), ("Min", "min"), ("Max", "max")):
        g = method in ("set", "add")
        case(f"numpy.index{name}", updated(method, 1), [m, [1], R(4)], grad=g)
        case(f"numpy.index{name}", updated(method, slice(None), slice(None, None, 2)), [m, [":", "::2"], R(3, 2)], grad=g)
        case(f"numpy.index{name}", updated(method, Ellipsis, -1), [m, ["...", -1], np.array(0.5)], grad=g)
        if method != "set":
            case(f"numpy.index{name}", updated(method, twice), [m, [encode(twice)], R(4, 4)], grad=g)
    unique = np.array([2, 0], np.int32)
    case("numpy.indexMultiply", lambda a, b: jnp.asarray(a).at[unique].multiply(b, unique_indices=True), [m, [encode(unique)], R(2, 4)])


UNARY = "abs sign negative floor ceil trunc rint square sqrt exp log sin tanh reciprocal isnan isfinite logicalNot sum prod mean max std cumsum cumprod sort argsort argmax any countNonzero ravel median diff ptp nanToNum positive cbrt log1p sinc deg2rad signbit nanmean nansum unique flip bitwiseNot".split()
BINARY = "add subtract multiply divide maximum minimum power floorDivide remainder fmod arctan2 hypot logaddexp equal less logicalAnd bitwiseAnd leftShift rightShift heaviside copysign isclose where floatPower fmax logaddexp2 dot matmul inner outer kron isin searchsorted convolve".split()
NN = "relu sigmoid softplus softmax logSoftmax logsumexp gelu elu relu6 hardTanh silu leakyRelu standardize selu celu mish squareplus softSign".split()
SHORT = {"float32": np.float32, "int32": np.int32, "uint32": np.uint32, "bool": np.bool_}


def snake(name):
    return re.sub(r"(?<!^)([A-Z])", lambda c: "_" + c.group(1).lower(), name)


def dtypes():
    """{function: {"argument dtypes": result dtype, or "error"}}; 2 and 2.5 are bare numbers."""
    table = {}

    def enter(name, f, types):
        args = [{"2": 2, "2.5": 2.5}.get(t) if t in ("2", "2.5") else np.ones(2, SHORT[t]) for t in types]
        if name in ("numpy.where",):
            args = [np.ones(2, bool), *args]
        try:
            result = str(jnp.asarray(f(*[jnp.asarray(a) if isinstance(a, np.ndarray) else a for a in args])).dtype)
        except Exception:
            result = "error"
        table.setdefault(name, {})[" ".join(types)] = result

    for name in UNARY:
        for t in SHORT:
            enter(f"numpy.{name}", getattr(jnp, snake(name)), [t])
    for name in NN:
        for t in SHORT:
            enter(f"nn.{name}", getattr(jax.nn, snake(name)), [t])
    for name in BINARY:
        for t in SHORT:
            for u in [*SHORT, "2", "2.5"]:
                product = name in ("dot", "matmul", "inner", "outer", "kron")
                if (product or name in ("convolve", "isin", "searchsorted")) and u in ("2", "2.5"):
                    continue
                # Sums of products of bools are an error here.
                if product and t == u == "bool":
                    continue
                enter(f"numpy.{name}", getattr(jnp, snake(name)), [t, u])
                if u in ("2", "2.5"):
                    enter(f"numpy.{name}", getattr(jnp, snake(name)), [u, t])
    return table


if __name__ == "__main__":
    if sys.argv[1] == "values":
        values()
        print("[" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "]")
    else:
        print(json.dumps(dtypes(), indent=1).replace('",\n  ', '", ').replace('{\n  ', "{ "))
