"""Times the gradient and the NTK of recurrent networks in plain JAX, jitted, on one thread.

python recurrent.py '<SIZES of bench/support/recurrent-jobs.ts as JSON>'

Prints JSON: for each network of that file the CPU seconds of calls, and a number by which results are compared. Inputs and
parameters are drawn in the same order.
"""

import json
import os
import sys
import time

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
os.environ["OMP_NUM_THREADS"] = "1"
if hasattr(os, "sched_setaffinity"):
  os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

import jax
import jax.numpy as np
from jax import lax, random
from jax.nn import sigmoid

sizes = json.loads(sys.argv[1])
examples, features, units, steps, layers = (
  sizes[name] for name in ("examples", "features", "units", "steps", "layers")
)
REPETITIONS = 9
SECONDS = 0.1
drawn = 0


def draw(*shape):
  global drawn
  numbers = random.normal(random.fold_in(random.PRNGKey(0), drawn), shape)
  drawn += 1
  return numbers if len(shape) == 1 else numbers / shape[-2] ** 0.5


def start(x):
  return np.zeros((x.shape[0], units))


def lstm(p, x):
  def step(state, inputs):
    h, c = state
    i, f, g, o = np.split(inputs @ p["wx"] + h @ p["wh"] + p["b"], 4, -1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return (sigmoid(o) * np.tanh(c), c), None

  (last, _), _ = lax.scan(step, (start(x), start(x)), x.swapaxes(0, 1))
  return last @ p["head"]


def gru(p, x):
  def step(h, inputs):
    everything = inputs @ p["wx"] + p["b"]
    r, u = np.split(sigmoid(everything[..., : 2 * units] + h @ p["wh"]), 2, -1)
    n = np.tanh(everything[..., 2 * units :] + (r * h) @ p["wn"])
    return n + u * (h - n), None

  last, _ = lax.scan(step, start(x), x.swapaxes(0, 1))
  return last @ p["head"]


def deep(p, x):
  last, _ = lax.scan(lambda h, layer: (np.tanh(h @ layer[0] + layer[1]), None), x, (p["w"], p["b"]))
  return last @ p["head"]


def gradient(f):
  return jax.grad(lambda params, x: np.sum(f(params, x) ** 2))


def ntk(f):
  def kernel(params, x):
    jacobians = jax.vmap(jax.jacrev(lambda p, example: f(p, example[None])[0]), (None, 0))(params, x)
    flat = [j.reshape((*j.shape[:2], -1)) for j in jax.tree.leaves(jacobians)]
    return sum(np.einsum("iop,jqp->ijoq", j, j) for j in flat)

  return kernel


def measure(f, *arguments):
  call = jax.jit(f)
  result = jax.block_until_ready(call(*arguments))
  seconds = []
  for _ in range(REPETITIONS):
    calls, cpu, began = 0, time.process_time(), time.perf_counter()
    while time.perf_counter() - began < SECONDS:
      jax.block_until_ready(call(*arguments))
      calls += 1
    seconds.append((time.process_time() - cpu) / calls)
  return {"seconds": seconds, "summary": float(sum(np.sum(np.abs(leaf)) for leaf in jax.tree.leaves(result)))}


def main():
  networks = {}
  networks["LSTM"] = (
    lstm,
    {"wx": draw(features, 4 * units), "wh": draw(units, 4 * units), "b": draw(4 * units), "head": draw(units, 1)},
    draw(examples, steps, features),
  )
  networks["GRU"] = (
    gru,
    {
      "wx": draw(features, 3 * units),
      "wh": draw(units, 2 * units),
      "wn": draw(units, units),
      "b": draw(3 * units),
      "head": draw(units, 1),
    },
    draw(examples, steps, features),
  )
  networks["layers"] = (
    deep,
    {"w": draw(layers, units, units), "b": draw(layers, units), "head": draw(units, 1)},
    draw(examples, units),
  )
  results = {
    name: {"gradient": measure(gradient(f), params, x), "kernel": measure(ntk(f), params, x)}
    for name, (f, params, x) in networks.items()
  }
  print(json.dumps(results))


main()
