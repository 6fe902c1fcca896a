"""Writes flow.json: training by gradient flow with SciPy, whose method (DOP853, to 1e-12) is none of ours.

    pip install scipy && python test/predict/write_flow.py > test/predict/data/flow.json

"momentum" is linear, and by the matrix exponential; the others are integrated.
"""

import json

import numpy as np
from scipy.integrate import solve_ivp
from scipy.linalg import expm

K = np.array([[2, 0.5, 0.1, 0.2], [0.5, 1.5, 0.3, 0.4], [0.1, 0.3, 1, 0.2], [0.2, 0.4, 0.2, 1.2]])
TRAIN, ACROSS = K[:3, :3], K[3:, :3]
ALL = np.concatenate([TRAIN, ACROSS])
Y = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])
START = np.array([[0.3, -0.2], [0.1, 0.4], [-0.5, 0.6], [0.2, 0.7]])
TIMES = [0.5, 4.0, 30.0]
RATE, MOMENTUM = 0.7, 0.9


def cross_entropy(f):
    """The derivative of -mean(log_softmax(f) * y)."""
    p = np.exp(f - f.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    return (p * Y.sum(1, keepdims=True) - Y) / Y.size


def integrated(derivative, start, unit):
    solution = solve_ivp(derivative, (0, TIMES[-1] * unit), start.ravel(), "DOP853", np.array(TIMES) * unit, rtol=1e-12, atol=1e-13)
    return solution.y.T.reshape((len(TIMES),) + start.shape)


def plain(t, y):
    return -(RATE * ALL @ cross_entropy(y.reshape(4, 2)[:3])).ravel()


UNIT = RATE**0.5
FRICTION = (MOMENTUM - 1) / UNIT


def heavy(t, y):
    f, q = y.reshape(2, 4, 2)
    return np.stack([q, FRICTION * q - ALL @ cross_entropy(f[:3])]).ravel()


def heavy_mse(t):
    """f'' = friction f' - ALL (f[:3] - Y) / Y.size, for the vector (f - goal, f') with a goal that has no force."""
    pull = np.concatenate([-ALL / Y.size, np.zeros((4, 1))], 1)
    system = np.block([[np.zeros((4, 4)), np.eye(4)], [pull, FRICTION * np.eye(4)]])
    goal = np.concatenate([Y, np.zeros((1, 2))])
    return expm(system * t * UNIT)[:4, :4] @ (START - goal) + goal


results = {
    "cross entropy": integrated(plain, START, 1.0),
    "cross entropy, momentum": integrated(heavy, np.stack([START, np.zeros_like(START)]), UNIT)[:, 0],
    "momentum": np.stack([heavy_mse(t) for t in TIMES]),
}
print(json.dumps({name: x.tolist() for name, x in results.items()}))
