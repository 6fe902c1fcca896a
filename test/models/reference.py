"""The models of examples/models in plain JAX, on parameters given by a formula: the values in test/models/*.test.ts.

    python test/models/reference.py        # needs jax; prints the first outputs of each model, in float64
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, nn

jax.config.update("jax_enable_x64", True)


def wave(shape, k):
    size = int(np.prod(shape))
    values = np.sin(1.3 * k + 0.7 * np.arange(size))
    return jnp.asarray(values * (1 / np.sqrt(size / shape[-1]))).reshape(shape)


def filled(shapes):
    """A tree of shapes as arrays; the k-th leaf is the k-th wave."""
    leaves, tree = jax.tree.flatten(shapes, is_leaf=lambda x: isinstance(x, tuple))
    return jax.tree.unflatten(tree, [wave(s, k) for k, s in enumerate(leaves)])


def inputs(*shape):
    return jnp.asarray(np.sin(0.9 + 0.31 * np.arange(int(np.prod(shape))))).reshape(shape)


def conv(w, x, stride=1, groups=1):
    return lax.conv_general_dilated(
        x, w, (stride, stride), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"), feature_group_count=groups)


def dense(p, x):
    return x @ p["w"] + p["b"]


def dense_shapes(n, m):
    return {"w": (n, m), "b": (m,)}


def norm_shapes(n):
    return {"scale": (n,), "offset": (n,)}


def layer_norm(p, x):
    return nn.standardize(x, axis=-1, epsilon=1e-5) * p["scale"] + p["offset"]


def resnet():
    width, blocks, channels, classes = 4, [2, 2, 2, 2], 3, 5
    sizes = [width]
    stages, now = [], width
    for stage, count in enumerate(blocks):
        stages.append([])
        for block in range(count):
            n, m = now, width * 2**stage
            now = m
            shapes = {
                "conv1": (3, 3, n, m), "norm1": norm_shapes(m), "conv2": (3, 3, m, m), "norm2": norm_shapes(m),
                "projection": None}
            sizes += [m, m]
            if n != m:
                shapes["projection"] = {"conv": (1, 1, n, m), "norm": norm_shapes(m)}
                sizes.append(m)
            stages[-1].append(shapes)
    p = filled({
        "stem": {"conv": (7, 7, channels, width), "norm": norm_shapes(width)}, "stages": stages,
        "head": dense_shapes(now, classes)})
    state = [(0.1 * jnp.sin(i + jnp.arange(n)), 1 + 0.5 * jnp.sin(2 * i + jnp.arange(n))) for i, n in enumerate(sizes)]

    def apply(x, train):
        after = []

        def normalize(q, h):
            mean, variance = state[len(after)]
            own = (h.mean((0, 1, 2)), h.var((0, 1, 2)))
            after.append((0.9 * mean + 0.1 * own[0], 0.9 * variance + 0.1 * own[1]) if train else (mean, variance))
            if train:
                mean, variance = own
            return (h - mean) * (q["scale"] / jnp.sqrt(variance + 1e-5)) + q["offset"]

        h = nn.relu(normalize(p["stem"]["norm"], conv(p["stem"]["conv"], x, 2)))
        h = lax.reduce_window(h, -jnp.inf, lax.max, (1, 3, 3, 1), (1, 2, 2, 1), "SAME")
        for stage, layers in enumerate(p["stages"]):
            for i, q in enumerate(layers):
                stride = 2 if stage > 0 and i == 0 else 1
                inner = nn.relu(normalize(q["norm1"], conv(q["conv1"], h, stride)))
                residual = normalize(q["norm2"], conv(q["conv2"], inner))
                r = q["projection"]
                h = nn.relu(residual + (normalize(r["norm"], conv(r["conv"], h, stride)) if r else h))
        return dense(p["head"], h.mean((1, 2))), after

    x = inputs(2, 32, 32, 3)
    evaluated, _ = apply(x, False)
    trained, after = apply(x, True)
    return {"eval": evaluated, "train": trained, "last mean": after[-1][0][:4], "last variance": after[-1][1][:4]}


def mixer():
    width, patch, depth, tokens, classes = 8, 4, 2, 4, 3
    mlp = lambda n, m: {"hidden": dense_shapes(n, m), "output": dense_shapes(m, n)}
    p = filled({
        "patches": {"w": (patch, patch, 3, width), "b": (width,)},
        "blocks": [{
            "norm1": norm_shapes(width), "tokens": mlp(tokens, 5), "norm2": norm_shapes(width),
            "channels": mlp(width, 12)} for _ in range(depth)],
        "norm": norm_shapes(width), "head": dense_shapes(width, classes)})
    mix = lambda q, x: dense(q["output"], nn.gelu(dense(q["hidden"], x)))
    h = (conv(p["patches"]["w"], inputs(2, 8, 8, 3), patch) + p["patches"]["b"]).reshape(2, -1, width)
    for b in p["blocks"]:
        h = h + mix(b["tokens"], layer_norm(b["norm1"], h).swapaxes(1, 2)).swapaxes(1, 2)
        h = h + mix(b["channels"], layer_norm(b["norm2"], h))
    return {"logits": dense(p["head"], layer_norm(p["norm"], h).mean(1))}


def transformer():
    vocabulary, context, width, heads, depth, time = 11, 6, 8, 2, 2, 5
    p = filled({
        "tokens": (vocabulary, width), "positions": (context, width),
        "blocks": [{
            "norm1": norm_shapes(width), "qkv": (width, 3, heads, width // heads),
            "projection": dense_shapes(width, width), "norm2": norm_shapes(width),
            "hidden": dense_shapes(width, 4 * width), "output": dense_shapes(4 * width, width)} for _ in range(depth)],
        "norm": norm_shapes(width), "head": dense_shapes(width, vocabulary)})
    x = (7 * np.arange(2 * time) + 3).reshape(2, time) % vocabulary
    h = p["tokens"][x] + p["positions"][:time]
    for b in p["blocks"]:
        y = layer_norm(b["norm1"], h)
        q, k, v = (jnp.einsum("btw,whd->bhtd", y, b["qkv"][:, i]) for i in range(3))
        scores = jnp.einsum("bhtd,bhsd->bhts", q, k) / jnp.sqrt(width / heads)
        weights = nn.softmax(jnp.where(jnp.tril(jnp.ones((time, time), bool)), scores, -jnp.inf))
        h = h + dense(b["projection"], jnp.einsum("bhts,bhsd->bthd", weights, v).reshape(2, time, width))
        h = h + dense(b["output"], nn.gelu(dense(b["hidden"], layer_norm(b["norm2"], h))))
    return {"logits[:, -1, :4]": dense(p["head"], layer_norm(p["norm"], h))[:, -1, :4]}


def rnn():
    features, width, classes = 3, 5, 4
    p = filled({
        "gate": dense_shapes(features + width, width), "candidate": dense_shapes(features + width, width),
        "head": dense_shapes(width, classes)})
    h = jnp.zeros((2, width))
    for x in inputs(2, 7, features).swapaxes(0, 1):
        open_ = nn.sigmoid(dense(p["gate"], jnp.concatenate([x, h], -1)))
        h = h + open_ * (jnp.tanh(dense(p["candidate"], jnp.concatenate([x, open_ * h], -1))) - h)
    return {"logits": dense(p["head"], h)}


def depthwise():
    widths, groups, classes = [4, 6, 8], 2, 3
    before = [4, 4, 6]
    p = filled({
        "stem": (3, 3, 3, 4),
        "blocks": [{
            "depthwise": (3, 3, 1, n), "pointwise": (1, 1, n // groups, m), "bias": (m,)}
            for n, m in zip(before, widths)],
        "head": dense_shapes(widths[-1], classes)})
    h = nn.silu(conv(p["stem"], inputs(2, 8, 8, 3)))
    for i, b in enumerate(p["blocks"]):
        h = conv(b["depthwise"], h, 1 + i % 2, groups=h.shape[3])
        h = nn.silu(conv(b["pointwise"], h, groups=groups) + b["bias"])
        n, height, width, c = h.shape
        h = h.reshape(n, height, width, groups, c // groups).swapaxes(3, 4).reshape(h.shape)
    return {"logits": dense(p["head"], h.mean((1, 2)))}


def vae():
    size, width, latents = 8, 2, 3
    flat = (size // 4) ** 2 * 2 * width
    p = filled({
        "encoder": {
            "convs": [(3, 3, 1, width), (3, 3, width, 2 * width)], "mean": dense_shapes(flat, latents),
            "logVariance": dense_shapes(flat, latents)},
        "decoder": {
            "latents": dense_shapes(latents, flat), "convs": [(4, 4, 2 * width, width), (4, 4, width, 1)]}})
    x = 0.5 + 0.5 * inputs(2, size, size, 1)
    h = x
    for w in p["encoder"]["convs"]:
        h = nn.relu(conv(w, h, 2))
    h = h.reshape(2, -1)
    mean, log_variance = dense(p["encoder"]["mean"], h), dense(p["encoder"]["logVariance"], h)
    h = nn.relu(dense(p["decoder"]["latents"], mean + jnp.exp(0.5 * log_variance) * inputs(2, latents)))
    h = h.reshape(2, size // 4, size // 4, 2 * width)
    up = lambda w, y: lax.conv_general_dilated(
        y, w, (1, 1), [(2, 2), (2, 2)], lhs_dilation=(2, 2), dimension_numbers=("NHWC", "HWIO", "NHWC"))
    first, second = p["decoder"]["convs"]
    logits = up(second, nn.relu(up(first, h)))
    cross_entropy = (nn.softplus(logits) - x * logits).sum()
    divergence = 0.5 * (jnp.exp(log_variance) + mean**2 - 1 - log_variance).sum()
    return {"logits[:, 3, 4, 0]": logits[:, 3, 4, 0], "mean": mean, "loss": (cross_entropy + divergence) / 2}


for model in (resnet, mixer, transformer, rnn, depthwise, vae):
    for name, value in model().items():
        print(model.__name__, name, np.array2string(np.asarray(value).ravel(), precision=17, separator=", "))
