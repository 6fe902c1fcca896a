import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { lax, type NDArray, random } from "cotangent";
import { test } from "uvu";
import { readSafetensors, type Tensor } from "../conformance/safetensors.ts";
import { close, equal } from "./reference.ts";

const file = fileURLToPath(new URL("../conformance/data/random.safetensors", import.meta.url));
const tensors = readSafetensors(readFileSync(file));
const SEEDS = [0, 1, 42, 2 ** 31 - 1, 2 ** 32 - 1];

function compare(name: string, draw: (key: NDArray) => NDArray, check: (x: NDArray, expected: Tensor) => void): void {
  test(`${name} is that of JAX`, () => {
    for (const seed of SEEDS) check(draw(random.key(seed)), tensors.get(`${name}/${seed}`) as Tensor);
  });
}

const exactly = (x: NDArray, { shape, data }: Tensor): void => equal(x, shape, data);
const to2Ulp = (x: NDArray, { shape, data }: Tensor): void => close(x, shape, data);

const logits = lax.log(Float32Array.of(0.1, 0.2, 0.7));

compare("key", (key) => key, exactly);
compare("split3", (key) => random.split(key, 3), exactly);
compare("foldin7", (key) => random.foldIn(key, 7), exactly);
compare("bits", (key) => random.bits(key, [3, 5]), exactly);
compare("uniform", (key) => random.uniform(key, [4, 5]), exactly);
compare("normal", (key) => random.normal(key, [4, 5]), to2Ulp);
compare("bernoulli", (key) => random.bernoulli(key, 0.3, [4, 5]), exactly);
compare("randint", (key) => random.randint(key, [4, 5], -3, 11), exactly);
compare("truncnormal", (key) => random.truncatedNormal(key, -2, 2, [4, 5]), to2Ulp);
compare("permutation", (key) => random.permutation(key, 10), exactly);
compare("categorical", (key) => random.categorical(key, logits, { shape: [12] }), exactly);
compare("gumbel", (key) => random.gumbel(key, [4]), to2Ulp);
compare("normal1", (key) => random.normal(key, [1]), to2Ulp);
compare("normal_odd", (key) => random.normal(key, [7]), to2Ulp);
compare("normal_scalar", (key) => random.normal(key), to2Ulp);

test.run();
