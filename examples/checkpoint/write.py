"""Writes what examples/checkpoint.ts and docs/guides/import.md read: one small network as a checkpoint of PyTorch and of Flax, and
its kernel by both.

pip install torch flax safetensors
python examples/checkpoint/write.py
"""
from pathlib import Path

import flax.linen as linen
import jax
import jax.numpy as jnp
import numpy as np
import safetensors.numpy
import safetensors.torch
import torch
from flax.traverse_util import flatten_dict
from torch import nn

jax.config.update("jax_enable_x64", True)
folder = Path(__file__).parent
torch.manual_seed(0)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3, padding=1)
        self.bn = nn.BatchNorm2d(6)
        self.fc = nn.Linear(6 * 4 * 4, 5)

    def forward(self, x):
        x = torch.relu(self.bn(self.conv(x)))
        return self.fc(nn.functional.avg_pool2d(x, 2).flatten(1))


class FlaxNetwork(linen.Module):
    @linen.compact
    def __call__(self, x):
        x = linen.Conv(6, (3, 3), name="conv")(x)
        x = linen.relu(linen.BatchNorm(use_running_average=True, name="bn")(x))
        x = linen.avg_pool(x, (2, 2), strides=(2, 2))
        return linen.Dense(5, name="fc")(x.reshape((x.shape[0], -1)))


# A few steps on random data, so that no statistic is what it was at first.
network = Network()
optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
for _ in range(30):
    images, labels = torch.randn(16, 3, 8, 8) * 2 + 1, torch.randint(5, (16,))
    optimizer.zero_grad()
    nn.functional.cross_entropy(network(images), labels).backward()
    optimizer.step()
network.eval()
state = network.state_dict()
safetensors.torch.save_file(state, folder / "pytorch.safetensors")

# The same numbers where Flax has them.
a = {name: x.double().numpy() for name, x in state.items()}
variables = {
    "params": {
        "conv": {"kernel": a["conv.weight"].transpose(2, 3, 1, 0), "bias": a["conv.bias"]},
        "bn": {"scale": a["bn.weight"], "bias": a["bn.bias"]},
        "fc": {
            "kernel": a["fc.weight"].reshape(5, 6, 4, 4).transpose(2, 3, 1, 0).reshape(-1, 5),
            "bias": a["fc.bias"],
        },
    },
    "batch_stats": {"bn": {"mean": a["bn.running_mean"], "var": a["bn.running_var"]}},
}
flat = flatten_dict(variables, sep="/")
safetensors.numpy.save_file(
    {name: np.ascontiguousarray(x.astype("f4")) for name, x in flat.items()}, folder / "flax.safetensors"
)

# The kernel: Jacobians by all trainable parameters, in float64.
x = torch.randn(4, 3, 8, 8)
module = network.double()
parameters = dict(module.named_parameters())
buffers = dict(module.named_buffers())


def by_torch(p):
    return torch.func.functional_call(module, {**p, **buffers}, (x.double(),))


def by_flax(p):
    images = jnp.asarray(x.double().numpy().transpose(0, 2, 3, 1))
    return FlaxNetwork().apply({"params": p, "batch_stats": variables["batch_stats"]}, images)


def contract(jacobians):
    flat = [np.asarray(j).reshape(4, 5, -1) for j in jacobians]
    return sum(np.einsum("aip,bjp->abij", j, j) for j in flat)


ntk = contract(j.detach().numpy() for j in torch.func.jacrev(by_torch)(parameters).values())
other = contract(jax.tree.leaves(jax.jacrev(by_flax)(variables["params"])))
assert np.abs(ntk - other).max() < 1e-6 * np.abs(ntk).max()
np.savez(
    folder / "expected.npz",
    x=x.numpy(),
    y=by_torch(parameters).detach().numpy(),
    ntk=ntk,
)
