"""Writes optax.json: Optax's schedules at some counts, and parameters after each step of its optimizers, in float64.

    pip install jax optax && python test/optim/write_optax.py > test/optim/optax.json
"""

import json

import jax
import jax.numpy as jnp
import optax

jax.config.update("jax_enable_x64", True)


def in_float64(schedule):
    """Of an int32 count, JAX's quotients are float32."""
    return lambda count: schedule(jnp.float64(count))


COUNTS = [0, 1, 3, 5, 9, 10, 11, 25, 100]
SCHEDULES = {
    "constant": optax.constant_schedule(0.3),
    "polynomial": optax.polynomial_schedule(0.5, 0.1, 2, 10),
    "polynomial later": optax.polynomial_schedule(0.5, 0.1, 1.5, 10, transition_begin=4),
    "linear": optax.linear_schedule(0.5, 0.1, 10, transition_begin=2),
    "exponential": optax.exponential_decay(0.5, 10, 0.7),
    "exponential in stairs": optax.exponential_decay(0.5, 4, 0.7, transition_begin=3, staircase=True),
    "exponential to an end": optax.exponential_decay(0.5, 10, 0.7, end_value=0.3),
    "exponential growth": optax.exponential_decay(0.5, 10, 1.5, end_value=0.9),
    "cosine": optax.cosine_decay_schedule(0.5, 10),
    "cosine with an end": optax.cosine_decay_schedule(0.5, 20, alpha=0.1, exponent=2.0),
    "warmup": optax.warmup_cosine_decay_schedule(0.1, 0.8, 5, 20, end_value=0.05),
    "joined": optax.join_schedules([optax.constant_schedule(0.2), optax.linear_schedule(0.5, 0.1, 10)], [4]),
    "piecewise": optax.piecewise_constant_schedule(0.5, {3: 0.5, 10: 0.1}),
}
OPTIMIZERS = {
    "sgd": optax.sgd(0.1),
    "momentum": optax.sgd(0.05, momentum=0.9),
    "nesterov": optax.sgd(0.05, momentum=0.8, nesterov=True),
    "sgd by schedule": optax.sgd(in_float64(optax.exponential_decay(0.1, 3, 0.5))),
    "adam": optax.adam(0.1),
    "adam with options": optax.adam(0.1, b1=0.8, b2=0.95, eps=1e-3, eps_root=1e-4),
    "adam by schedule": optax.adam(in_float64(optax.warmup_cosine_decay_schedule(0.0, 0.2, 2, 6))),
    "adamw": optax.adamw(0.1, weight_decay=0.05),
    "clipped by norm": optax.chain(optax.clip_by_global_norm(0.7), optax.adam(0.1)),
    "clipped": optax.chain(optax.clip(0.3), optax.trace(0.5), optax.scale(-0.1)),
    "decayed": optax.chain(optax.add_decayed_weights(0.1), optax.scale_by_learning_rate(0.2)),
}
START = {"a": jnp.array([[1.0, -2.0], [0.5, 3.0]]), "b": [jnp.array([0.25, -0.75])]}


def loss(p):
    return jnp.sum(jnp.sin(p["a"]) * p["a"]) + jnp.sum((p["b"][0] - jnp.sum(p["a"], axis=0)) ** 4) / 8


def steps(optimizer):
    params, state, path = START, optimizer.init(START), []
    for _ in range(6):
        updates, state = optimizer.update(jax.grad(loss)(params), state, params)
        params = optax.apply_updates(params, updates)
        path.append([*params["a"].ravel().tolist(), *params["b"][0].tolist()])
    return path


print(
    json.dumps(
        {
            "counts": COUNTS,
            "schedules": {name: [float(in_float64(f)(n)) for n in COUNTS] for name, f in SCHEDULES.items()},
            "optimizers": {name: steps(optimizer) for name, optimizer in OPTIMIZERS.items()},
        },
        indent=1,
    )
)
