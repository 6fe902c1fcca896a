"""Writes data/fields.json: values and gradients of jax.ops' segments and jax.image.resize, in float64, by JAX.

    pip install jax && python test/numpy/write_fields.py > test/numpy/data/fields.json
"""

import json

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
rng = np.random.default_rng(3)


def numbers(x):
    return [v if np.isfinite(v) else repr(float(v)) for v in np.asarray(x).ravel().tolist()]


def weighted(out):
    """What gradients are taken of: no two elements alike, and what is infinite left out."""
    return jnp.sum(jnp.where(jnp.isfinite(out), out, 0) * jnp.cos(jnp.arange(out.size).reshape(out.shape)))


def products(x, ids, count):
    """jax.ops.segment_prod has no gradient where ids repeat; this has."""
    own = [jnp.array(ids) == i for i in range(count)]
    return jnp.stack([jnp.prod(jnp.where(m.reshape(-1, *[1] * (x.ndim - 1)), x, 1), axis=0) for m in own])


def case(f, x, differentiable=None):
    out = f(x)
    grad = jax.grad(lambda y: weighted((differentiable or f)(y)))(x)
    return {"out": numbers(out), "outShape": list(out.shape), "grad": numbers(grad)}


SEGMENTS = []
for shape, ids, count in [
    ((6,), [0, 2, 0, 1, 2, 2], None),
    ((6,), [5, -1, 0, 9, 0, 2], 7),
    ((5, 3), [1, 1, -3, 4, 1], 4),
    ((4, 1, 2), [3, 0, 0, 3], 4),
]:
    # Small integers, so that there are ties among the extrema.
    x = rng.integers(-2, 3, shape).astype(np.float64)
    entry = {"data": numbers(x), "shape": shape, "ids": ids, "numSegments": count}
    for name in ["sum", "prod", "max", "min"]:
        fn = getattr(jax.ops, f"segment_{name}")
        slow = (lambda y: products(y, ids, count or max(ids) + 1)) if name == "prod" else None
        entry[name] = case(lambda y: fn(y, jnp.array(ids), num_segments=count), jnp.array(x), slow)
    SEGMENTS.append(entry)

IMAGES = []
for shape, to in [((5,), (12,)), ((4, 6), (7, 3)), ((2, 5, 4, 1), (2, 3, 9, 1))]:
    x = rng.uniform(-2, 2, shape).round(3)
    for method in ["nearest", "linear", "cubic", "lanczos3", "lanczos5"]:
        for antialias in [True, False]:
            f = lambda y: jax.image.resize(y, to, method, antialias=antialias)
            IMAGES.append(
                {"image": numbers(x), "shape": shape, "to": to, "method": method, "antialias": antialias, **case(f, jnp.array(x))}
            )

print(json.dumps({"segments": SEGMENTS, "images": IMAGES}))
