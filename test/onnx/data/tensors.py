"""How the data of this folder writes tensors and nodes as JSON; see `Case` in test/support/onnx.ts."""

import json

import numpy as np
from onnx import AttributeProto, TensorProto, numpy_helper

KINDS = {
    AttributeProto.FLOAT: ("number", lambda a: number(np.float32(a.f))),
    AttributeProto.FLOATS: ("numbers", lambda a: [number(np.float32(v)) for v in a.floats]),
    AttributeProto.INT: ("int", lambda a: a.i),
    AttributeProto.INTS: ("ints", lambda a: list(a.ints)),
    AttributeProto.STRING: ("text", lambda a: a.s.decode()),
    AttributeProto.STRINGS: ("texts", lambda a: [s.decode() for s in a.strings]),
    AttributeProto.TENSOR: ("array", lambda a: tensor(numpy_helper.to_array(a.t))),
}


TYPES = {"bool", "float16", "float32", "float64"} | {f"{s}int{n}" for s in ("", "u") for n in (8, 16, 32, 64)}


def number(v):
    """A number of the fewest digits that tell it; what JSON lacks as text."""
    if isinstance(v, np.floating):
        if not np.isfinite(v):
            return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(v)]
        short = float(v) if v.dtype == np.float16 else float(str(v))
        return "-0" if short == 0 and np.signbit(v) else int(short) if short.is_integer() else short
    return int(v)


def tensor(x):
    if x is None:
        return None
    x = numpy_helper.to_array(x) if isinstance(x, TensorProto) else np.asarray(x)
    if str(x.dtype) not in TYPES:
        raise TypeError(str(x.dtype))
    return {"type": str(x.dtype), "shape": list(x.shape), "data": [number(v) for v in x.reshape(-1)]}


def attribute(a):
    kind, read = KINDS[a.type]
    return {kind: read(a)}


def write(path, cases):
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    with open(path, "w") as file:
        file.write(f"[\n{lines}\n]\n")
