"""Writes accuracy.json: elementwise functions at points of every size, to 32 digits. Needs mpmath.

Every entry is [x, high, low] or [x, y, high, low]: the arguments, and the value as the sum of two floats.
"""
import json
import math
import pathlib

import mpmath as m
from mpmath import mpf

m.mp.prec = 1200

POINTS = 48
LN2 = m.log(2)


def generator(seed):
    state = seed

    def uniform():
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (state >> 11) / 2**53

    return uniform


def log_of_more(x):
    return m.log1p(m.exp(-x)) + x if x > 0 else m.log1p(m.exp(x))


def log_of_sum(x, y, base):
    return max(x, y) + m.log1p(base ** -abs(x - y)) / m.log(base)


def gelu(x):
    return x / (1 + m.exp(-2 * m.sqrt(2 / m.pi) * (x + mpf("0.044715") * x**3)))


def selu(x):
    alpha, scale = mpf("1.6732632423543772848170429916717"), mpf("1.0507009873554804934193349852946")
    return scale * (x if x > 0 else alpha * m.expm1(x))


def gamma_density(a, x):
    return m.exp((a - 1) * m.log(x) - x - m.loggamma(a))


def slope_of_gamma(a, x):
    return m.diff(lambda a: m.gammainc(a, 0, x, regularized=True), a)


def sinc(x):
    return m.sin(m.pi * x) / (m.pi * x)


# Where a function is asked: between two numbers, or at numbers of every size up to a power of 2 ("size", of one sign or both).
U = {
    "exp2": (lambda x: mpf(2) ** x, [(-1060, 1023), (-10, 10)]),
    "log2": (lambda x: m.log(x) / LN2, [("positive", 1000), (0.5, 2)]),
    "log10": (lambda x: m.log(x) / m.log(10), [("positive", 1000), (0.5, 2)]),
    "sinc": (sinc, [(-10, 10), ("near whole", 30), ("signed", 3)]),
    "i0": (lambda x: m.besseli(0, x), [(-40, 40)]),
    "rsqrt": (lambda x: 1 / m.sqrt(x), [("positive", 1000)]),
    "cbrt": (lambda x: m.sign(x) * m.cbrt(abs(x)), [("signed", 1000)]),
    "deg2rad": (lambda x: x * m.pi / 180, [("signed", 1000)]),
    "rad2deg": (lambda x: x * 180 / m.pi, [("signed", 1000)]),
    "erf": (m.erf, [(-2, 2), ("signed", 2)]),
    "erfc": (m.erfc, [(-2, 3), (3, 26), ("signed", 1)]),
    "erfInv": (m.erfinv, [(-1, 1), ("signed", -1)]),
    "lgamma": (m.loggamma, [(0.01, 20), ("positive", 60)]),
    "digamma": (m.digamma, [(0.01, 20), ("positive", 60)]),
    "polygamma1": (lambda x: m.polygamma(1, x), [(0.01, 30)]),
    "polygamma3": (lambda x: m.polygamma(3, x), [(0.01, 30)]),
    "besselI0e": (lambda x: m.exp(-abs(x)) * m.besseli(0, x), [(-25, 25), ("signed", 20)]),
    "besselI1e": (lambda x: m.exp(-abs(x)) * m.besseli(1, x), [(-25, 25), ("signed", 20)]),
    # Parameters at which the function is computed in another way, or a difference from 1 would leave little.
    "igamma(300, x)": (lambda x: m.gammainc(300, 0, x, regularized=True), [(150, 450)]),
    "igamma(1e6, x)": (lambda x: m.gammainc(10**6, 0, x, regularized=True), [(990000, 1005000)]),
    "igamma(3, tiny x)": (lambda x: m.gammainc(3, 0, x, regularized=True), [("positive", 0), (1e-100, 1e-60)]),
    "igammac(300, x)": (lambda x: m.gammainc(300, x, m.inf, regularized=True), [(150, 450)]),
    "igammac(2^-30, x)": (lambda x: m.gammainc(mpf(2) ** -30, x, m.inf, regularized=True), [(0.001, 3), ("positive", 0)]),
    "igammaGradA(300, x)": (lambda x: slope_of_gamma(300, x), [(150, 450)]),
    "randomGammaGrad(300, x)": (lambda x: -slope_of_gamma(300, x) / gamma_density(300, x), [(150, 450)]),
    "betainc(2, 2^-30, x)": (lambda x: m.betainc(2, mpf(2) ** -30, 0, x, regularized=True), [(0.01, 0.99)]),
    "betainc(2^-30, 2^-20, x)": (
        lambda x: m.betainc(mpf(2) ** -30, mpf(2) ** -20, 0, x, regularized=True),
        [(0.01, 0.99)],
    ),
    "betainc(300, 200, x)": (lambda x: m.betainc(300, 200, 0, x, regularized=True), [(0.3, 0.9)]),
    "logistic": (lambda x: 1 / (1 + m.exp(-x)), [(-40, 40), ("signed", 3)]),
    "softplus": (log_of_more, [(-40, 40), ("signed", 9)]),
    "logSigmoid": (lambda x: -log_of_more(-x), [(-40, 40), ("signed", 9)]),
    "silu": (lambda x: x / (1 + m.exp(-x)), [(-40, 40), ("signed", 9)]),
    "mish": (lambda x: x * m.tanh(log_of_more(x)), [(-40, 40), ("signed", 9)]),
    "elu": (lambda x: x if x > 0 else m.expm1(x), [(-40, 4), ("signed", 3)]),
    "selu": (selu, [(-40, 4), ("signed", 3)]),
    "gelu": (gelu, [(-8, 8), ("signed", 2)]),
    "exact gelu": (lambda x: x * m.erfc(-x / m.sqrt(2)) / 2, [(-8, 8), ("signed", 2)]),
    "squareplus": (lambda x: (x + m.sqrt(x * x + 4)) / 2, [(-50, 50), ("signed", 30)]),
    "softSign": (lambda x: x / (abs(x) + 1), [(-50, 50), ("signed", 30)]),
    "log1mexp": (lambda x: m.log(-m.expm1(-x)), [(0.01, 40), ("positive", 3)]),
}
B = {
    "logaddexp": (lambda x, y: log_of_sum(x, y, m.e), [((-40, 40), (-40, 40)), (("signed", 9), ("signed", 9))]),
    "logaddexp2": (lambda x, y: log_of_sum(x, y, mpf(2)), [((-40, 40), (-40, 40)), (("signed", 9), ("signed", 9))]),
    "hypot": (lambda x, y: m.sqrt(x * x + y * y), [((-9, 9), (-9, 9)), (("signed", 1000), ("signed", 1000))]),
    "atan2": (m.atan2, [((-9, 9), (-9, 9)), (("signed", 500), ("signed", 500)), ((-2e-322, 2e-322), (-2e-322, 2e-322))]),
    "pow": (lambda x, y: x**y, [((0, 3), (-9, 9)), (("positive", 60), (-9, 9))]),
    "zeta": (m.zeta, [((1.1, 20), (0.1, 20))]),
    "igamma": (lambda a, x: m.gammainc(a, 0, x, regularized=True), [((0.1, 30), (0.1, 40))]),
    "igammac": (lambda a, x: m.gammainc(a, x, m.inf, regularized=True), [((0.1, 30), (0.1, 40))]),
    "betainc(2, 3)": (lambda b, x: m.betainc(2, b, 0, x, regularized=True), [((0.1, 9), (0.01, 0.99))]),
}


def point(uniform, where):
    kind, size = where
    sign = -1 if kind == "signed" and uniform() < 0.5 else 1
    if kind == "near whole":
        return math.floor(uniform() * 20 - 10 + 0.5) + 2.0 ** -(uniform() * size) * (1 if uniform() < 0.5 else -1)
    if isinstance(kind, str):
        return sign * 2.0 ** (size - uniform() * (size + 40 if size < 100 else 2 * size))
    return kind + (size - kind) * uniform()


def entry(f, xs):
    value = f(*map(mpf, xs))
    high = float(value)
    if math.isinf(high) or abs(high) < 2.3e-308:
        return None
    return [*xs, high, float(value - high)]


def entries(name, f, places, count):
    uniform = generator(sum(map(ord, name)))
    made = []
    while len(made) < count:
        place = places[len(made) % len(places)]
        xs = [point(uniform, p) for p in (place if isinstance(place[0], tuple) else [place])]
        one = entry(f, xs)
        if one:
            made.append(one)
    return made


slow = {name: 24 for name in U if name.startswith(("igamma", "randomGamma", "betainc"))}
slow |= {"zeta": 24, "igamma": 24, "igammac": 24, "betainc(2, 3)": 24, "polygamma1": 24, "polygamma3": 24}
result = {name: entries(name, f, places, slow.get(name, POINTS)) for name, (f, places) in {**U, **B}.items()}
lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(list_)}" for name, list_ in result.items())
pathlib.Path(__file__).with_name("accuracy.json").write_text("{\n" + lines + "\n}\n")
