"""Writes model_depthwise.safetensors: a depthwise-separable CNN in plain JAX, its NTK by reverse mode.

    python model_depthwise.py        # needs jax

The parameters and images are those of model_separable.safetensors.
"""

import json
import pathlib
import struct

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, nn

jax.config.update("jax_enable_x64", True)
FOLDER = pathlib.Path(__file__).parent
DTYPES = {"F32": np.float32, "F64": np.float64}


def read(path):
  raw = path.read_bytes()
  (n,) = struct.unpack("<Q", raw[:8])
  header = json.loads(raw[8 : 8 + n])
  header.pop("__metadata__", None)
  data = raw[8 + n :]
  return {
    name: np.frombuffer(data[slice(*t["data_offsets"])], DTYPES[t["dtype"]]).reshape(t["shape"])
    for name, t in header.items()
  }


def write(path, tensors):
  header, chunks, at = {}, [], 0
  for name, x in tensors.items():
    raw = np.ascontiguousarray(x).tobytes()
    dtype = next(k for k, v in DTYPES.items() if v == x.dtype)
    header[name] = {"dtype": dtype, "shape": list(x.shape), "data_offsets": [at, at + len(raw)]}
    chunks.append(raw)
    at += len(raw)
  text = json.dumps(header).encode()
  text += b" " * (-len(text) % 8)
  path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(chunks))


def conv(params, name, x, groups=1):
  dimensions = ("NHWC", "HWIO", "NHWC")
  y = lax.conv_general_dilated(
    x, params[f"{name}/kernel"], (1, 1), "SAME", dimension_numbers=dimensions, feature_group_count=groups)
  return y + params[f"{name}/bias"]


def average_pool(x, size):
  window = (1, size, size, 1)
  return lax.reduce_window(x, 0.0, lax.add, window, window, "VALID") / size**2


def f(params, x):
  x = average_pool(nn.relu(conv(params, "Conv_0", x)), 2)
  x = conv(params, "Conv_1", x, groups=8)
  x = nn.silu(conv(params, "Conv_2", x))
  x = average_pool(nn.gelu(conv(params, "Conv_3", x, groups=4), approximate=True), 3)
  x = x.reshape((x.shape[0], -1))
  return nn.log_softmax(x @ params["Dense_0/kernel"] + params["Dense_0/bias"])


def main():
  given = read(FOLDER / "model_separable.safetensors")
  kept = {name: x for name, x in given.items() if name.startswith("params/") or name in ("x1", "x2")}
  params = {name[7:]: jnp.asarray(x, jnp.float64) for name, x in kept.items() if name.startswith("params/")}
  x1, x2 = (jnp.asarray(given[name], jnp.float64) for name in ("x1", "x2"))
  jacobian = jax.vmap(jax.jacrev(lambda p, x: f(p, x[None])[0]), (None, 0))

  def ntk(a, b):
    pairs = zip(jax.tree.leaves(jacobian(params, a)), jax.tree.leaves(jacobian(params, b)))
    return sum(jnp.einsum("iop,jqp->ijoq", i.reshape((*i.shape[:2], -1)), j.reshape((*j.shape[:2], -1))) for i, j in pairs)

  full, same = np.array(ntk(x1, x2)), np.array(ntk(x1, x1))
  traced = lambda kernel: np.ascontiguousarray(np.trace(kernel, axis1=2, axis2=3) / kernel.shape[-1])
  results = {
    "f_x1": np.array(f(params, x1)),
    "ntk_full": full,
    "ntk_traced": traced(full),
    "ntk_same_full": same,
    "ntk_same_traced": traced(same),
  }
  write(FOLDER / "model_depthwise.safetensors", {**kept, **results})


main()
