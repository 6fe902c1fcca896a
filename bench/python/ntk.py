"""Times one NTK in plain JAX, jitted: Jacobians by reverse mode, example by example, and their contraction; and, for
networks of dense layers, layer by layer from inputs and cotangents, without Jacobians. The faster counts.

python ntk.py '<a job of bench/support/jobs.ts as JSON>'

Prints JSON. Inputs, initial parameters and the network are those of `setUp` in jobs.ts, so that the kernels can be
compared.
"""

import json
import sys
import time

import jax
import jax.numpy as np
from jax import random

REPETITIONS = 7
# Jacobians that are larger than this aren't made.
LARGEST_JACOBIAN = 2**30
LIMIT_SECONDS = 30


def network(layers):
  """The network in the NTK parameterization: `init(key, shape) -> params` and `f(params, x)`."""

  def init(key, shape):
    params = []
    for kind, *width in layers:
      key, layer_key = random.split(key)
      weights_key, _ = random.split(layer_key)
      if kind == "flatten":
        shape = (shape[0], int(np.prod(np.array(shape[1:]))))
      elif kind == "conv":
        params.append(random.normal(weights_key, (3, 3, shape[-1], *width)))
        shape = (shape[0], shape[1] - 2, shape[2] - 2, *width)
      elif kind == "dense":
        params.append(random.normal(weights_key, (shape[-1], *width)))
        shape = (*shape[:-1], *width)
    return params

  def f(params, x):
    weights = iter(params)
    for kind, *_ in layers:
      if kind == "flatten":
        x = x.reshape((x.shape[0], -1))
      elif kind == "relu":
        x = np.maximum(x, 0)
      elif kind == "conv":
        w = next(weights)
        x = jax.lax.conv_general_dilated(x, w, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))
        x /= np.sqrt(w.shape[0] * w.shape[1] * w.shape[2])
      elif kind == "dense":
        w = next(weights)
        x = x @ w / np.sqrt(w.shape[0])
    return x

  return init, f


def jacobian_contraction(layers, trace_axes):
  """The kernel of shape (n1, n2), or (n1, n2, logits, logits) without a trace."""
  _, f = network(layers)

  def jacobians(params, x):
    return jax.vmap(jax.jacrev(lambda p, example: f(p, example[None])[0]), in_axes=(None, 0))(params, x)

  def ntk(x1, x2, params):
    j1 = jacobians(params, x1)
    j2 = j1 if x2 is None else jacobians(params, x2)
    traced = len(trace_axes) > 0
    total = 0
    for a, b in zip(j1, j2):
      a, b = a.reshape((*a.shape[:2], -1)), b.reshape((*b.shape[:2], -1))
      total += np.einsum("iop,jop->ij" if traced else "iop,jqp->ijoq", a, b)
    return total / (j1[0].shape[1] if traced else 1)

  return jax.jit(ntk)


def layer_by_layer(layers, trace_axes):
  """The same for dense layers: the sum of (a1 a2^T) (ct1 ct2^T), with a layer's inputs a and cotangents ct of its outputs."""

  def apply(params, shifts, x):
    inputs, weights, shift = [], iter(params), iter(shifts)
    for kind, *_ in layers:
      if kind == "flatten":
        x = x.reshape(-1)
      elif kind == "relu":
        x = np.maximum(x, 0)
      else:
        w = next(weights)
        x = x / np.sqrt(w.shape[0])
        inputs.append(x)
        x = x @ w + next(shift)
    return x, inputs

  def terms(params, x):
    shifts = [np.zeros(w.shape[1]) for w in params]
    return jax.vmap(lambda example: jax.jacrev(lambda s: apply(params, s, example), has_aux=True)(shifts))(x)

  def ntk(x1, x2, params):
    cts1, inputs1 = terms(params, x1)
    cts2, inputs2 = (cts1, inputs1) if x2 is None else terms(params, x2)
    traced = len(trace_axes) > 0
    total = 0
    for ct1, a1, ct2, a2 in zip(cts1, inputs1, cts2, inputs2):
      gram = a1 @ a2.T
      product = np.einsum("iop,jop->ij" if traced else "iop,jqp->ijoq", ct1, ct2)
      total += gram * product if traced else gram[:, :, None, None] * product
    return total / (cts1[0].shape[1] if traced else 1)

  return jax.jit(ntk)


def ways(job, params):
  """The ways to compute a job's kernel, by name."""
  layers = job["layers"]
  numbers = sum(w.size for w in params) * layers[-1][1] * (job["n1"] + (job["n2"] or 0))
  found = {}
  if 4 * numbers <= LARGEST_JACOBIAN:
    found["Jacobian contraction"] = jacobian_contraction
  if all(kind != "conv" for kind, *_ in layers):
    found["layer by layer"] = layer_by_layer
  return {name: make(layers, job["traceAxes"]) for name, make in found.items()}


def measure(ntk, arguments):
  def seconds():
    start = time.perf_counter()
    kernel = jax.block_until_ready(ntk(*arguments))
    return time.perf_counter() - start, kernel

  first, kernel = seconds()
  measured = []
  seconds()
  while len(measured) < REPETITIONS and sum(measured) < LIMIT_SECONDS:
    measured.append(seconds()[0])
  summary = [float(kernel.ravel()[0]), float(kernel.mean())]
  return {"seconds": measured, "firstSeconds": first, "summary": summary}


def main():
  job = json.loads(sys.argv[1])
  init, _ = network(job["layers"])
  key1, _, key3 = random.split(random.PRNGKey(1), 3)
  x1 = random.normal(key1, (job["n1"], *job["input"]))
  x2 = None if job["n2"] is None else random.normal(key1, (job["n2"], *job["input"]))
  params = init(key3, x1.shape)
  if "--first" in sys.argv:
    jax.block_until_ready(jacobian_contraction(job["layers"], job["traceAxes"])(x1, x2, params))
    print("first kernel", file=sys.stderr, flush=True)
    return
  measured = [{"way": way, **measure(ntk, (x1, x2, params))} for way, ntk in ways(job, params).items()]
  print(json.dumps(min(measured, key=lambda m: sorted(m["seconds"])[len(m["seconds"]) // 2])))


main()
