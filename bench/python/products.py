"""Times products of squares in JAX, in several runs that wait for nothing but each other.

python products.py 1024,2048

Prints a line of JSON for each.
"""

import json
import sys
import time

import jax
import jax.numpy as np
from jax import random

SECONDS = 0.25
REPETITIONS = 3


def measure(n, layout):
  a, b = random.normal(random.PRNGKey(0), (2, n, n))
  product = jax.jit(lambda a, b: a @ (b if layout == "nn" else b.T))

  def seconds(runs):
    start = time.perf_counter()
    for _ in range(runs):
      result = product(a, b)
    jax.block_until_ready(result)
    return (time.perf_counter() - start) / runs

  seconds(1)
  runs = max(1, min(60, int(SECONDS / seconds(1))))
  return sorted(seconds(runs) for _ in range(REPETITIONS))[REPETITIONS // 2]


for size in map(int, sys.argv[1].split(",")):
  for way in ["nn", "nt"]:
    print(json.dumps({"n": size, "layout": way, "seconds": measure(size, way)}), flush=True)
