/** The order of what a device is asked: uploads, programs that wait for their compilation, loops, reads, and arrays that go. */
import { array, jit, lax, type NDArray, numpy as np } from "cotangent";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { deviceNamed } from "../../src/device/placement.ts";
import type { WebGpu } from "../../src/device/webgpu/device.ts";
import { Stream, type Task } from "../../src/device/webgpu/stream.ts";
import { open } from "./opened.ts";

/** When all that was asked for before has been encoded. */
const drained = (stream: Stream): Promise<void> => new Promise((resolve) => stream.push(resolve));

test("tasks run in their order, at once where nothing waits", async () => {
  const kinds = fc.array(fc.constantFrom("at once", "later", "nested"), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(kinds, async (list) => {
      const stream = new Stream();
      const seen: number[] = [];
      let waits = false;
      list.forEach((kind, i) => {
        const note = (): void => {
          seen.push(i);
        };
        const tasks: Record<string, Task> = {
          "at once": note,
          later: () => new Promise<void>((resolve) => setTimeout(resolve, 0)).then(note),
          nested: () => {
            note();
            stream.push(() => {
              seen.push(i + 1000);
            });
          },
        };
        stream.push(tasks[kind]);
        waits ||= kind === "later";
        if (!waits) assert.ok(seen.includes(i), "an idle stream runs a task in the same turn");
      });
      await drained(stream);
      assert.equal(
        seen.filter((i) => i < 1000),
        list.map((_, i) => i),
      );
      assert.is(seen.length, list.length + list.filter((kind) => kind === "nested").length);
    }),
  );
});

await open();
const { session } = deviceNamed("test", "webgpu") as WebGpu;

/** An array on the device, and what it must hold. */
interface Known {
  readonly x: NDArray;
  readonly values: number[];
}

const doubled = jit((x: NDArray) =>
  lax.whileLoop(
    ([i]) => np.less(i, 5),
    ([i, v]) => [np.add(i, 1), np.add(v, v)],
    [array(0), x] as [NDArray, NDArray],
  ),
);

/** Texts that no earlier run has compiled. */
let fresh = 0;
function chainOf(length: number): (x: NDArray) => NDArray {
  return jit((x: NDArray) => {
    let y = x;
    for (let i = 0; i < length; i++) y = i % 2 === 0 ? y.add(1) : np.negative(y);
    return y;
  });
}

const chained = (values: readonly number[], length: number): number[] =>
  values.map((value) => {
    let y = value;
    for (let i = 0; i < length; i++) y = i % 2 === 0 ? y + 1 : -y;
    return y;
  });

type Action = readonly [kind: "upload" | "add" | "loop" | "compile" | "read" | "destroy", pick: number];

class Machine {
  readonly #known: Known[] = [];
  readonly #reads: Promise<void>[] = [];

  #pick(n: number): Known {
    const known = this.#known[n % Math.max(1, this.#known.length)];
    return known ?? this.#upload(n);
  }

  #keep(x: NDArray, values: number[]): Known {
    const known = { x, values };
    this.#known.push(known);
    return known;
  }

  #upload(n: number): Known {
    const values = [n, n + 1, -n];
    return this.#keep(array(values).to("webgpu"), values);
  }

  #read({ x, values }: Known): void {
    this.#reads.push(x.data().then((got) => assert.equal(Array.from(got), values)));
  }

  do([kind, n]: Action): void {
    if (kind === "upload") this.#upload(n);
    else if (kind === "read") this.#read(this.#pick(n));
    else if (kind === "add") {
      const [a, b] = [this.#pick(n), this.#pick(n >> 3)];
      this.#keep(
        a.x.add(b.x),
        a.values.map((x, i) => Math.fround(x + b.values[i])),
      );
    } else if (kind === "loop") {
      const { x, values } = this.#pick(n);
      this.#keep(
        doubled(x)[1],
        values.map((value) => Math.fround(value * 32)),
      );
    } else if (kind === "compile") {
      const { x, values } = this.#pick(n);
      fresh = (fresh % 12) + 1;
      this.#keep(chainOf(fresh)(x), chained(values, fresh).map(Math.fround));
    } else if (this.#known.length > 1) {
      const [gone] = this.#known.splice(n % this.#known.length, 1);
      gone.x.destroy();
    }
  }

  async finish(): Promise<void> {
    for (const known of this.#known) this.#read(known);
    await Promise.all(this.#reads);
  }
}

test("whatever is asked between, every array holds what it should", async () => {
  const kinds = ["upload", "add", "loop", "compile", "read", "destroy"] as const;
  const action = fc.tuple(fc.constantFrom(...kinds), fc.nat(60));
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 25 }), async (actions) => {
      const machine = new Machine();
      for (const one of actions) machine.do(one);
      await machine.finish();
    }),
    { numRuns: 40 },
  );
  assert.is(session.failure, null);
});

test("many small operations are a few submissions", async () => {
  await drained(session.stream);
  session.recorder.flush();
  const before = { ...session.recorder.counts };
  let x = array([1, 2]).to("webgpu");
  for (let i = 0; i < 200; i++) x = x.add(1);
  assert.equal(Array.from(await x.data()), [201, 202]);
  assert.is(session.recorder.counts.dispatches - before.dispatches, 200);
  const submits = session.recorder.counts.submits - before.submits;
  assert.ok(submits <= 5, `${submits} submissions`);
});

test.run();
