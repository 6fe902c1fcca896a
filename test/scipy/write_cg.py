"""Writes cg.json: jax.scipy.sparse.linalg.cg's solutions after few and many steps, and their gradients, in float64.

    pip install jax && python test/scipy/write_cg.py > test/scipy/cg.json
"""

import json

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.sparse.linalg import cg

jax.config.update("jax_enable_x64", True)
rng = np.random.default_rng(7)

N = 6
root = rng.uniform(-1, 1, (N, N)).round(3)
A = jnp.array(root @ root.T + np.eye(N))
b = jnp.array(rng.uniform(-2, 2, N).round(3))
x0 = jnp.array(rng.uniform(-2, 2, N).round(3))
M = jnp.diag(1 / jnp.diag(A))
OPTIONS = {
    "plain": {},
    "two steps": {"maxiter": 2},
    "two steps from a guess": {"maxiter": 2, "x0": x0},
    "three steps, preconditioned": {"maxiter": 3, "M": M},
    "loose": {"tol": 0.3},
    "loose by atol": {"tol": 0.0, "atol": 0.5, "M": M},
}


def listed(x):
    return np.asarray(x).tolist()


def loss(a, y, **options):
    return jnp.sum(jnp.sin(cg(a, y, **options)[0]))


tight = {"tol": 1e-13}
hessian = jax.hessian(lambda y: loss(A, y, **tight))(b)
print(
    json.dumps(
        {
            "A": listed(A),
            "b": listed(b),
            "x0": listed(x0),
            "M": listed(M),
            "solutions": {name: listed(cg(A, b, **options)[0]) for name, options in OPTIONS.items()},
            "gradA": listed(jax.grad(loss)(A, b, **tight)),
            "gradB": listed(jax.grad(loss, 1)(A, b, **tight)),
            "hessianB": listed(hessian),
        }
    )
)
