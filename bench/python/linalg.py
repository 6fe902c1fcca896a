"""Times decompositions in NumPy and JAX, on one thread.

python linalg.py '[["eigh", 500, "float32"], ...]'

Prints a line of JSON for each: seconds of processor time in both, the median of a few repetitions.
"""

import json
import os
import sys
import time

# Before the libraries are loaded, which read them once.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
if hasattr(os, "sched_setaffinity"):
  os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

import jax
import numpy as np

jax.config.update("jax_enable_x64", True)

SECONDS = 0.5
FUNCTIONS = {
    "eigh": lambda np, a: np.linalg.eigh(a),
    "eigvalsh": lambda np, a: np.linalg.eigvalsh(a),
    "svd": lambda np, a: np.linalg.svd(a, full_matrices=False),
    "svdvals": lambda np, a: np.linalg.svd(a, compute_uv=False),
    "cholesky": lambda np, a: np.linalg.cholesky(a),
    "solve": lambda np, a: np.linalg.solve(a, a),
}


def matrix(name, n, dtype):
  a = np.random.default_rng(0).standard_normal((n, n))
  symmetric = (a + a.T) / 2
  return {"svd": a, "svdvals": a, "eigh": symmetric, "eigvalsh": symmetric}.get(name, a @ a.T / n + np.eye(n)).astype(dtype)


def measure(call):
  call()
  times = []
  while len(times) < 3 or sum(times) < SECONDS and len(times) < 30:
    start = time.process_time()
    call()
    times.append(time.process_time() - start)
  return sorted(times)[len(times) // 2]


for name, n, dtype in json.loads(sys.argv[1]):
  a = matrix(name, n, dtype)
  f = FUNCTIONS[name]
  compiled = jax.jit(lambda a: f(jax.numpy, a))
  there = jax.numpy.asarray(a)
  seconds = {"numpy": measure(lambda: f(np, a)), "jax": measure(lambda: jax.block_until_ready(compiled(there)))}
  print(json.dumps(seconds), flush=True)
