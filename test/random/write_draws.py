"""Writes draws.json: draws by JAX and their derivatives, those named "... 64" in float64.

    pip install jax && python test/random/write_draws.py > test/random/draws.json
"""

import json

import jax
import jax.numpy as jnp
from jax import random

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_threefry_partitionable", True)

A = [0.05, 0.5, 1.0, 2.5, 30.0]
B = [0.5, 1.0, 2.5]
SPREAD = [[0.3], [2.0]]
COV = [[2.0, 0.3, 0.0], [0.3, 1.0, -0.2], [0.0, -0.2, 0.5]]
MEAN = [1.0, -2.0, 0.5]
P = [0.1, 0.2, 0.3, 0.4]
TABLE = [[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]


def key():
    return random.key(12)


def of(draw, *parameters, **options):
    """A draw as a function of the dtype, which its parameters have as well."""
    return lambda dtype: draw(key(), *(jnp.array(p, dtype) for p in parameters), dtype=dtype, **options)


def gradient(draw, *parameters):
    """The derivatives of the sum of a draw by its first parameter."""

    def of_dtype(dtype):
        first, *rest = (jnp.array(p, dtype) for p in parameters)
        return jax.grad(lambda a: draw(key(), a, *rest, dtype=dtype).sum())(first)

    return of_dtype


def first_component(key, alpha, dtype):
    return random.dirichlet(key, alpha, dtype=dtype)[..., 0]


FLOATS = {
    "gamma": of(random.gamma, A),
    "gamma of a shape": of(random.gamma, SPREAD, shape=(2, 3)),
    "gamma of many": of(random.gamma, 0.7, shape=(200,)),
    "loggamma": of(random.loggamma, A),
    "loggamma near 0": of(random.loggamma, 1e-3, shape=(4,)),
    "beta": of(random.beta, A, SPREAD),
    "t": of(random.t, A),
    "chisquare": of(random.chisquare, A),
    "dirichlet": of(random.dirichlet, A),
    "dirichlet of a shape": of(random.dirichlet, [[0.2, 0.5], [3.0, 4.0]], shape=(3, 2)),
    "laplace": of(random.laplace, shape=(6,)),
    "cauchy": of(random.cauchy, shape=(6,)),
    "logistic": of(random.logistic, shape=(6,)),
    "pareto": of(random.pareto, B),
    "rayleigh": of(random.rayleigh, A),
    "weibullMin": of(random.weibull_min, 2.0, 1.5, shape=(6,)),
    "lognormal": of(random.lognormal, B),
    "multivariateNormal": of(random.multivariate_normal, MEAN, COV, shape=(4,)),
    "multivariateNormal of many": of(random.multivariate_normal, [MEAN, MEAN], [[COV]] * 2),
    "orthogonal": of(lambda key, dtype: random.orthogonal(key, 3, dtype=dtype)),
    "orthogonal wide": of(lambda key, dtype: random.orthogonal(key, 2, (2,), dtype, 3)),
    "orthogonal tall": of(lambda key, dtype: random.orthogonal(key, 3, (), dtype, 2)),
    "gradient of gamma": gradient(random.gamma, A),
    "gradient of loggamma": gradient(random.loggamma, A),
    "gradient of beta": gradient(random.beta, A, 2.0),
    "gradient of t": gradient(random.t, B),
    "gradient of dirichlet": gradient(first_component, A),
}
WHOLE = {
    "poisson small": lambda: random.poisson(key(), jnp.array([0.0, 0.1, 1.0, 5.0, 9.9]), dtype=jnp.int32),
    "poisson large": lambda: random.poisson(key(), jnp.array([10.0, 20.0, 100.0, 1000.0]), dtype=jnp.int32),
    "poisson of many": lambda: random.poisson(key(), jnp.array([[3.0], [40.0]]), (2, 100), dtype=jnp.int32),
    "choice": lambda: random.choice(key(), 10, (2, 4)),
    "choice without replacement": lambda: random.choice(key(), 10, (2, 4), replace=False),
    "choice by probability": lambda: random.choice(key(), 4, (2, 20), p=jnp.array(P, "float32")),
    "choice by probability, once": lambda: random.choice(key(), 4, (3,), replace=False, p=jnp.array(P, "float32")),
    "choice of slices": lambda: random.choice(key(), jnp.array(TABLE), (2, 3), axis=1),
    "choice of slices, once": lambda: random.choice(key(), jnp.array(TABLE), (3,), replace=False, axis=1),
}


def in_32_bits(draw):
    """With 64-bit integers enabled, JAX draws whole numbers from other bits."""
    with jax.enable_x64(False):
        return draw()


def flat(x):
    return {"shape": list(x.shape), "data": x.ravel().tolist()}


print(json.dumps({
    "float32": {name: flat(draw(jnp.float32)) for name, draw in FLOATS.items()},
    "float64": {name: flat(draw(jnp.float64)) for name, draw in FLOATS.items()},
    "whole": {name: flat(in_32_bits(draw)) for name, draw in WHOLE.items()},
}))
