"""More reference values for test/numpy/reference.test.ts, by NumPy alone, in the format of `reference.py`.

    python test/numpy/neighbours.py > test/numpy/data/neighbours.json
"""
import json
import math

import numpy as np

rng = np.random.default_rng(5)
R = lambda *s: rng.uniform(-2, 2, s).round(3)
cases = []


def number(v):
    v = float(v)
    return repr(v) if not math.isfinite(v) or (v == 0 and math.copysign(1, v) < 0) else int(v) if v == int(v) else v


def encode(x):
    if isinstance(x, (list, tuple)):
        return [encode(v) for v in x]
    if not isinstance(x, (np.ndarray, np.generic)):
        return x
    dtype = "int32" if x.dtype == np.int64 else str(x.dtype)
    return [dtype, list(x.shape), [number(v) for v in x.ravel()]]


def case(name, out, args, options=None, smooth=None):
    outs = [np.asarray(o) for o in (out if isinstance(out, (list, tuple)) else [out])]
    floats = any(isinstance(a, np.ndarray) and a.dtype == np.float64 for a in args)
    cases.append([name, encode(args), options and {k: encode(v) for k, v in options.items()}, [encode(o) for o in outs],
                  floats if smooth is None else smooth])


x, y, v = R(3, 4), R(2, 3, 2), R(5)
ints = np.array([[3, -1, 2], [7, 2, 2]], np.int32)

# Paddings.
for a in (x, v, y, ints):
    widths = [[1 + i, 5 - 2 * i] for i in range(a.ndim)]
    for mode in ("mean", "median", "maximum", "minimum", "linear_ramp"):
        case("numpy.pad", np.pad(a, widths, mode), [a, widths], {"mode": mode})
    for mode in ("mean", "median", "maximum", "minimum"):
        for length in (1, 2, [1, 3]):
            case("numpy.pad", np.pad(a, widths, mode, stat_length=length), [a, widths],
                 {"mode": mode, "statLength": length})
    case("numpy.pad", np.pad(a, widths, "linear_ramp", end_values=3), [a, widths],
         {"mode": "linear_ramp", "endValues": 3})
    case("numpy.pad", np.pad(a, 2, "linear_ramp", end_values=(-2, 4)), [a, 2], {"mode": "linear_ramp", "endValues": [-2, 4]})

# Evenly spaced numbers between arrays.
start, stop = R(2, 1), R(3)
for axis in (0, 1, 2, -1):
    for endpoint in (True, False):
        for num in (0, 1, 4):
            case("numpy.linspace", np.linspace(start, stop, num, endpoint, axis=axis), [start, stop, num],
                 {"axis": axis, "endpoint": endpoint})
case("numpy.linspace", np.linspace(v, 2, 3), [v, 2, 3])
case("numpy.linspace", np.linspace(-2, 3, 8, dtype=np.int32), [-2, 3, 8], {"dtype": "int32"})
case("numpy.logspace", np.logspace(start, stop, 4, axis=-1), [start, stop, 4], {"axis": -1, "dtype": "float64"})

# Differences.
case("numpy.ediff1d", np.ediff1d(x), [x])
case("numpy.ediff1d", np.ediff1d(x, to_end=v, to_begin=np.float64(3)), [x], {"toEnd": v, "toBegin": 3})
case("numpy.ediff1d", np.ediff1d(ints), [ints])
case("numpy.gradient", np.gradient(v), [v])
case("numpy.gradient", list(np.gradient(x)), [x])
case("numpy.gradient", list(np.gradient(x, 0.5)), [x, 0.5])
case("numpy.gradient", np.gradient(x, axis=1), [x], {"axis": 1})
case("numpy.gradient", list(np.gradient(y, 2.0, axis=(2, 0))), [y, 2], {"axis": [2, 0]})
case("numpy.gradient", np.gradient(np.array([1.0, 4.0])), [np.array([1.0, 4.0])])
places = [np.array([0.0, 0.5, 2.0]), np.array([-1.0, 0.0, 3.0, 3.5])]
case("numpy.gradient", list(np.gradient(x, *places)), [x, *places])
case("numpy.gradient", np.gradient(x, places[1], axis=-1), [x, places[1]], {"axis": -1})

# Choices.
which = np.array([[0, 2, 1], [1, 1, 0]], np.int32)
choices = [R(2, 3), R(3), R(2, 1)]
case("numpy.choose", np.choose(which, choices), [which, choices], smooth=False)
case("numpy.choose", np.choose(which, R(3, 2, 3)) if False else np.choose(which, list(y.reshape(3, 2, 2)[:, :, :1])),
     [which, list(y.reshape(3, 2, 2)[:, :, :1])], smooth=False)
case("numpy.choose", np.choose(which * 3 - 1, choices, mode="wrap"), [(which * 3 - 1).astype(np.int32), choices],
     {"mode": "wrap"}, smooth=False)
case("numpy.choose", np.choose(which * 3 - 1, choices, mode="clip"), [(which * 3 - 1).astype(np.int32), choices],
     {"mode": "clip"}, smooth=False)

# Updates of rows, and of diagonals.
for axis, shape in ((0, (2, 4)), (1, (3, 2)), (1, (1, 2)), (-1, (3, 1))):
    places = np.argsort(rng.random((3, 4)), axis).astype(np.int32)[: shape[0], : shape[1]]
    out, values = x.copy(), R(*shape)
    np.put_along_axis(out, places, values, axis)
    case("numpy.putAlongAxis", out, [x, places, values], {"axis": axis})
flat = x.copy()
np.put_along_axis(flat, np.array([3, 11, -2]), v[:3], None)
case("numpy.putAlongAxis", flat, [x, np.array([3, 11, -2], np.int32), v[:3]], {"axis": None})
for a in (x, R(3, 3, 3)):
    out = a.copy()
    np.fill_diagonal(out, 7)
    case("numpy.fillDiagonal", out, [a, 7])

# The different elements.
repeated = np.array([[3.0, -1.0, 3.0], [0.0, 3.0, -1.0]])
for a in (repeated, ints, np.array([True, False, True]), np.zeros((0, 2), np.float32)):
    for names in (("returnIndex",), ("returnInverse",), ("returnCounts",), ("returnIndex", "returnInverse", "returnCounts")):
        options = {name: True for name in names}
        numpy_names = {"return_" + name[6:].lower(): True for name in names}
        outs = np.unique(a, **numpy_names)
        if "returnInverse" in names:
            outs = [o.reshape(a.shape) if k == 1 + ("returnIndex" in names) else o for k, o in enumerate(outs)]
        case("numpy.unique", list(outs), [a], options, smooth=False)

# Others.
case("numpy.i0", np.i0(4 * x), [4 * x])
case("numpy.i0", np.i0(np.array([0.0, -0.0])), [np.array([0.0, -0.0])])
case("numpy.nextafter", np.nextafter(x, 0.5), [x, 0.5], smooth=False)
case("numpy.vecdot", np.vecdot(x, x[0]), [x, x[0]])
case("numpy.matvec", np.einsum("aij,j->ai", y, v[:2]), [y, v[:2]])
case("numpy.vecmat", np.einsum("j,ajk->ak", v[:3], y), [v[:3], y])
case("numpy.append", np.append(x, v), [x, v])
case("numpy.append", np.append(x, x[:1], axis=0), [x, x[:1]], {"axis": 0})
case("numpy.block", np.block([[x, x[:, :1]], [v[:4], v[4:]]]), [[[x, x[:, :1]], [v[:4], v[4:]]]], smooth=False)
case("numpy.block", np.block([v, 2.0]), [[v, 2]], smooth=False)
case("numpy.divmod", list(np.divmod(x, 0.7)), [x, 0.7], smooth=False)
case("numpy.divmod", list(np.divmod(ints, 3)), [ints, 3])
withNaN = np.array([[math.nan, 2.0, 5.0], [1.0, math.nan, -3.0]])
for axis in (None, 0, 1, -1):
    case("numpy.nanargmax", np.nanargmax(withNaN, axis), [withNaN], {"axis": axis}, smooth=False)
    case("numpy.nanargmin", np.nanargmin(withNaN, axis, keepdims=True), [withNaN], {"axis": axis, "keepdims": True}, smooth=False)
case("numpy.linalg.diagonal", np.linalg.diagonal(y, offset=1), [y], {"offset": 1})
case("numpy.linalg.trace", np.linalg.trace(y), [y])
case("numpy.linalg.matrixNorm", np.linalg.norm(y, axis=(-2, -1)), [y])
case("numpy.linalg.matrixNorm", np.linalg.norm(y, ord=1, axis=(-2, -1), keepdims=True), [y], {"ord": 1, "keepdims": True})
positive = np.array([0.05, 0.5, 0.69, 0.7, 3.0, 20.0])
case("nn.log1mexp", np.log(-np.expm1(-positive)), [positive])
case("nn.logmeanexp", np.log(np.exp(x).mean()), [x])
case("nn.logmeanexp", np.log(np.exp(y).mean(axis=(0, 2), keepdims=True)), [y], {"axis": [0, 2], "keepdims": True})
mask = x > 0
mask[:, 0] = True
case("nn.logmeanexp", np.log(np.exp(x).mean(axis=1, where=mask)), [x], {"axis": 1, "where": mask})
# Rows in groups, each with its own matrix.
for sizes in ([2, 1], [0, 2], [1, 1]):
    rhs = R(2, 4, 2)
    out, row = np.zeros((3, 2)), 0
    for matrix, size in zip(rhs, sizes):
        out[row : row + size] = x[row : row + size] @ matrix
        row += size
    case("lax.raggedDot", out, [x, rhs, np.array(sizes, np.int32)])
for k in (1, 3):
    order = np.argsort(-x, axis=-1)[:, :k].astype(np.int32)
    case("lax.approxMaxK", [np.take_along_axis(x, order, -1), order], [x, k], smooth=False)
    order = np.argsort(x, axis=0)[:k].astype(np.int32)
    case("lax.approxMinK", [np.take_along_axis(x, order, 0), order], [x, k], {"reductionDimension": 0}, smooth=False)
case("lax.broadcastLike", np.broadcast_to(x[0], (3, 4)), [x[0], x], smooth=False)
print("[" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "]")
