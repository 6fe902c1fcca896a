"""Writes numpy.json: arrays of all numeric dtypes, orders and shapes as NumPy's .npy files, with their values.

python write_numpy.py > numpy.json
"""
import base64
import io
import json
import zipfile

import numpy as np

rng = np.random.default_rng(7)
SHAPES = [(), (3,), (0,), (2, 3), (2, 0, 3), (2, 1, 3, 2)]
TYPES = ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"]


def draw(dtype, shape):
    kind = np.dtype(dtype).kind
    if kind == "b":
        return rng.integers(0, 2, shape).astype(dtype)
    if kind in "iu":
        info = np.iinfo(dtype)
        low, high = max(info.min, -(2**31)), min(info.max, 2**32 - 1 if dtype.endswith("u4") else 2**31 - 1)
        return rng.integers(low, high, shape, endpoint=True).astype(dtype)
    x = rng.standard_normal(shape) * 10.0 ** rng.integers(-6, 4, shape)
    return np.asarray(x).astype(dtype)


def text(x):
    """Exact values; what JSON lacks as text."""
    return [int(v) if x.dtype.kind in "biu" else float(v) if np.isfinite(v) else str(v) for v in x.reshape(-1)]


def npy(x, version=None):
    file = io.BytesIO()
    np.lib.format.write_array(file, x, version=version)
    return base64.b64encode(file.getvalue()).decode()


cases = []
for kind in TYPES:
    for order in "<>":
        for shape in SHAPES:
            x = draw(order + kind, shape)
            for layout in "CF":
                y = np.asarray(x, order=layout)
                cases.append({"name": f"{x.dtype.str} {shape} {layout}", "shape": shape, "values": text(x), "npy": npy(y)})
specials = np.array([np.nan, np.inf, -np.inf, -0.0, 0.0, 6e-8, 6.1e-5, 65504], "f2")
cases.append({"name": "float16's edges", "shape": [8], "values": text(specials.astype("f8")), "npy": npy(specials)})
for version in [(1, 0), (2, 0), (3, 0)]:
    x = draw("<f4", (2, 2))
    cases.append({"name": f"version {version}", "shape": [2, 2], "values": text(x), "npy": npy(x, version)})


def archive(write):
    file = io.BytesIO()
    write(file)
    return base64.b64encode(file.getvalue()).decode()


tree = {"layer/0/kernel": draw("<f4", (2, 3)), "layer/0/bias": draw("<f4", (3,)), "steps": draw("<i8", ())}


def with_zip64(file):
    """Every size stands in an extra field of the local header, as in files written to a stream."""
    with zipfile.ZipFile(file, "w") as z:
        for name, x in tree.items():
            with z.open(f"{name}.npy", "w", force_zip64=True) as part:
                np.lib.format.write_array(part, x)
        z.comment = b"a comment that ends with the sign of the directory's end PK\x05\x06"


archives = {
    "savez": archive(lambda file: np.savez(file, **tree)),
    "savez_compressed": archive(lambda file: np.savez_compressed(file, **tree)),
    "zip64": archive(with_zip64),
}
refused = {
    name: npy(x)
    for name, x in {
        "unicode strings": np.array(["a", "bc"]),
        "strings of bytes": np.array([b"a", b"bc"]),
        "complex numbers": np.array([1j]),
        "dates": np.array(["2020-01-01"], "M8[D]"),
        "durations": np.array([1], "m8[s]"),
        "records of several fields": np.array([(1, 2.0)], [("a", "<i4"), ("b", "<f4")]),
        "raw bytes": np.zeros(2, "V3"),
        "floats of another size": np.array([1], np.longdouble),
    }.items()
}
expected = {name: {"shape": x.shape, "values": text(x)} for name, x in tree.items()}
print(json.dumps({"cases": cases, "archives": archives, "tree": expected, "refused": refused}))
