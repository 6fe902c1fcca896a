"""Writes initializers.json: parameters by JAX's initializers.

    pip install jax && python test/nn/write_initializers.py > test/nn/initializers.json
"""

import json

import jax
from jax import random
from jax.nn import initializers as init

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_threefry_partitionable", True)

CASES = {
    "zeros": (init.zeros, (2, 3)),
    "ones": (init.ones, (2,)),
    "constant": (init.constant(-7.5), (2, 2)),
    "uniform": (init.uniform(0.3), (2, 3)),
    "normal": (init.normal(0.3), (2, 3)),
    "truncatedNormal": (init.truncated_normal(0.3, lower=-1.0, upper=0.5), (2, 3)),
    "fan_in": (init.variance_scaling(1.5, "fan_in", "truncated_normal"), (3, 4)),
    "fan_out": (init.variance_scaling(1.5, "fan_out", "normal"), (3, 4)),
    "fan_avg": (init.variance_scaling(1.5, "fan_avg", "uniform"), (2, 3, 2, 5)),
    "fan_geo_avg": (init.variance_scaling(1.5, "fan_geo_avg", "normal"), (2, 3, 5)),
    "axes": (init.variance_scaling(1.0, "fan_in", "uniform", in_axis=(0, 1), out_axis=3, batch_axis=2), (2, 3, 4, 2)),
    "axes of fan_out": (init.variance_scaling(1.0, "fan_out", "normal", in_axis=0, out_axis=1, batch_axis=(2,)), (2, 3, 4)),
    "glorotUniform": (init.glorot_uniform(), (3, 4)),
    "glorotNormal": (init.glorot_normal(), (3, 4)),
    "lecunUniform": (init.lecun_uniform(), (3, 4)),
    "lecunNormal": (init.lecun_normal(), (3, 4)),
    "heUniform": (init.he_uniform(), (3, 4)),
    "heNormal": (init.he_normal(), (3, 4)),
    "orthogonal": (init.orthogonal(2.0), (3, 4)),
    "orthogonal columns": (init.orthogonal(column_axis=1), (3, 2, 4)),
    "deltaOrthogonal": (init.delta_orthogonal(0.5), (3, 2, 3)),
    "deltaOrthogonal of a plane": (init.delta_orthogonal(), (4, 3, 2, 2)),
}


def flat(x):
    return {"shape": list(x.shape), "data": x.ravel().tolist()}


print(json.dumps({
    dtype: {name: flat(f(random.key(5), shape, dtype)) for name, (f, shape) in CASES.items()}
    for dtype in ("float32", "float64")
}))
