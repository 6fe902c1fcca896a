"""Writes exported.json and exported/: networks as PyTorch's two exporters and Keras's write them, with onnxruntime's outputs, and the
names and sizes of the modules' parameters, for `test/onnx/exported.test.ts`.

pip install torch onnx onnxscript onnxruntime keras
python test/onnx/data/write_exported.py
"""

import json
import math
import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

HERE = Path(__file__).parent
FOLDER = HERE / "exported"


class Module(nn.Module):
    """A function of a module and an input, with modules, parameters and, in tensors, buffers."""

    def __init__(self, f, **parts):
        super().__init__()
        self.f = f
        for name, part in parts.items():
            if isinstance(part, nn.Module):
                setattr(self, name, part)
            elif isinstance(part, nn.Parameter):
                self.register_parameter(name, part)
            else:
                self.register_buffer(name, part)

    def forward(self, x):
        return self.f(self, x)


def tables(rows, columns):
    frequencies = 1 / (10000 ** (torch.arange(0, columns, 2) / columns))
    angles = torch.outer(torch.arange(rows).float(), frequencies)
    return torch.cat([angles, angles], -1).cos(), torch.cat([angles, angles], -1).sin()


def rotary():
    cos, sin = tables(7, 4)

    def f(m, x):
        batch, length, width = x.shape
        q = m.q(x).view(batch, length, 2, 4).transpose(1, 2)
        turned = torch.cat([-q[..., 2:], q[..., :2]], -1)
        q = q * m.cos[:length] + turned * m.sin[:length]
        return m.o(q.transpose(1, 2).reshape(batch, length, width))[:, -1]

    return Module(f, q=nn.Linear(8, 8), o=nn.Linear(8, 2), cos=cos, sin=sin)


def positions():
    table = torch.zeros(9, 8)
    angles = torch.outer(torch.arange(9), torch.exp(torch.arange(0, 8, 2) * (-math.log(10000.0) / 8)))
    table[:, 0::2], table[:, 1::2] = angles.sin(), angles.cos()
    return Module(
        lambda m, i: m.head((m.embedding(i) * 8**0.5 + m.table[:, : i.shape[1]]).mean(1)),
        embedding=nn.Embedding(11, 8),
        head=nn.Linear(8, 2),
        table=table[None],
    )


def masked():
    mask = torch.triu(torch.full((5, 5), float("-inf")), 1)
    return Module(
        lambda m, x: m.head(m.attention(x, x, x, attn_mask=m.mask, need_weights=False)[0].mean(1)),
        attention=nn.MultiheadAttention(8, 2, batch_first=True),
        head=nn.Linear(8, 2),
        mask=mask,
    )


def causal():
    def f(m, ids):
        x = m.embedding(ids)
        n = x.shape[1]
        weights = (m.q(x) @ m.k(x).transpose(-2, -1) * 8**-0.5).masked_fill(m.seen[:n, :n] == 0, float("-inf"))
        return m.o(weights.softmax(-1) @ x)[:, -1]

    parts = dict(q=nn.Linear(8, 8, bias=False), k=nn.Linear(8, 8, bias=False), embedding=nn.Embedding(11, 8))
    return Module(f, **parts, o=nn.Linear(8, 3), seen=torch.tril(torch.ones(6, 6)))


def learned_state():
    def f(m, x):
        state = tuple(s.expand(-1, x.shape[0], -1).contiguous() for s in (m.h, m.c))
        return m.head(m.lstm(x, state)[0][:, -1])

    h, c = nn.Parameter(torch.randn(1, 1, 5)), nn.Parameter(torch.randn(1, 1, 5))
    return Module(f, lstm=nn.LSTM(4, 5, batch_first=True), head=nn.Linear(5, 2), h=h, c=c)


def normalized_images():
    mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    return Module(
        lambda m, x: m.head(m.conv((x - m.mean) / m.deviation).mean((2, 3))),
        conv=nn.Conv2d(3, 4, 3),
        head=nn.Linear(4, 1),
        mean=mean.view(1, 3, 1, 1),
        deviation=deviation.view(1, 3, 1, 1),
    )


def tied():
    head = nn.Linear(8, 11, bias=False)
    m = Module(
        lambda m, i: m.head(torch.tanh(m.hidden(m.embedding(i)))),
        embedding=nn.Embedding(11, 8),
        hidden=nn.Linear(8, 8),
        head=head,
    )
    m.head.weight = m.embedding.weight
    return m


def norms():
    return nn.Sequential(
        nn.Conv2d(2, 6, 3),
        nn.GroupNorm(2, 6),
        nn.PReLU(),
        nn.Conv2d(6, 4, 3),
        nn.InstanceNorm2d(4),
        nn.Flatten(),
        nn.LayerNorm(16, elementwise_affine=False),
        nn.Linear(16, 2),
    )


def keras_lstm():
    return keras.Sequential([keras.Input((6, 3)), keras.layers.LSTM(4), keras.layers.Dense(2)])


def keras_convolutional():
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((8, 8, 2)),
            layers.Normalization(mean=[0.5, 2.5], variance=[2.0, 3.0]),
            layers.Conv2D(4, 3, activation="relu", padding="same"),
            layers.MaxPooling2D(),
            layers.SeparableConv2D(4, 3),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ]
    )


TOKENS = torch.randint(0, 11, (3, 5), generator=torch.Generator().manual_seed(0))
NETWORKS = {
    "rotary": (rotary, torch.randn(3, 5, 8)),
    "positions": (positions, TOKENS),
    "masked": (masked, torch.randn(3, 5, 8)),
    "causal": (causal, TOKENS),
    "learned_state": (learned_state, torch.randn(3, 5, 4)),
    "normalized_images": (normalized_images, torch.randn(3, 3, 6, 6)),
    "tied": (tied, TOKENS),
    "norms": (norms, torch.randn(3, 2, 6, 6)),
    "keras_lstm": (keras_lstm, torch.randn(3, 6, 3)),
    "keras_convolutional": (keras_convolutional, torch.randn(3, 8, 8, 2)),
}


def export(network, x, path, way):
    if way == "keras":
        network(x)
        network.export(path, format="onnx", verbose=False)
    elif way == "dynamo":
        shapes = ({0: torch.export.Dim.AUTO},)
        torch.onnx.export(network.eval(), (x,), path, dynamo=True, opset_version=18, dynamic_shapes=shapes, external_data=False)
    else:
        axes = {"x": {0: "N"}}
        torch.onnx.export(network.eval(), (x,), path, dynamo=False, opset_version=17, input_names=["x"], dynamic_axes=axes)


def without_notes(path):
    """The exporter's notes on each node name files of the machine it ran on."""
    model = onnx.load(path)
    for part in [*model.graph.node, *model.graph.initializer, *model.graph.value_info, *model.graph.input, *model.graph.output, model.graph, model]:
        del part.metadata_props[:]
    for node in model.graph.node:
        node.doc_string = ""
    onnx.save(model, path)


FOLDER.mkdir(exist_ok=True)
cases = []
for name, (make, x) in NETWORKS.items():
    for way in ["keras"] if name.startswith("keras") else ["dynamo", "torchscript"]:
        torch.manual_seed(0)
        keras.utils.set_random_seed(0)
        network = make()
        # Biases of zeros, all alike, are written once by some exporters. Those of Keras's forget gates are ones and stay.
        if way == "keras":
            for weight in network.trainable_weights:
                if not np.any(weight.numpy()):
                    weight.assign(0.1 * np.random.randn(*weight.shape))
        else:
            for parameter in network.parameters():
                parameter.data += 0.1 * torch.randn(parameter.shape)
        path = FOLDER / f"{name}_{way}.onnx"
        export(network, x, path, way)
        without_notes(path)
        session = onnxruntime.InferenceSession(path)
        (y,) = session.run(None, {session.get_inputs()[0].name: x.numpy()})
        trained = network.trainable_weights if way == "keras" else network.parameters()
        cases.append(
            {
                "file": path.name,
                "x": {"shape": list(x.shape), "data": x.flatten().tolist(), "integers": not x.is_floating_point()},
                "y": {"shape": list(y.shape), "data": y.flatten().tolist()},
                "parameters": int(sum(np.prod(p.shape) for p in trained)),
            }
        )
(HERE / "exported.json").write_text(json.dumps(cases) + "\n")
