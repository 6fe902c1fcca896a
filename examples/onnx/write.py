"""Writes what examples/onnx-cnn.ts and docs/guides/import.md read: a small network as PyTorch exports it, and its kernel.

pip install torch onnx onnxscript
python examples/onnx/write.py
"""
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn

folder = Path(__file__).parent
torch.manual_seed(0)
network = nn.Sequential(
    nn.Conv2d(3, 6, 3, padding=1),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(6, 8, 3, padding=1, stride=2),
    nn.GELU(),
    nn.Flatten(),
    nn.Linear(8 * 2 * 2, 5),
).eval()
x = torch.randn(4, 3, 8, 8)
program = torch.onnx.export(
    network,
    (x,),
    input_names=["images"],
    output_names=["logits"],
    dynamic_shapes=({0: torch.export.Dim("batch")},),
    dynamo=True,
)
# Without the exporter's notes on each node, which name files of the machine it ran on.
model = program.model_proto
for part in [*model.graph.node, *model.graph.initializer, *model.graph.value_info, model.graph]:
    del part.metadata_props[:]
onnx.save(model, folder / "cnn.onnx")

# The kernel: Jacobians by all parameters, in float64.
module = network.double()
parameters = dict(module.named_parameters())


def logits(p):
    return torch.func.functional_call(module, p, (x.double(),))


jacobians = [j.detach().numpy().reshape(4, 5, -1) for j in torch.func.jacrev(logits)(parameters).values()]
np.savez(
    folder / "expected.npz",
    x=x.numpy(),
    y=logits(parameters).detach().numpy(),
    ntk=sum(np.einsum("aip,bjp->abij", j, j) for j in jacobians),
)
