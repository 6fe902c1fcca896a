// Import this before the library: it counts the bytes of the WebAssembly memories that are alive.

const Instance = WebAssembly.Instance;
const memories = new Set();

WebAssembly.Instance = new Proxy(Instance, {
  construct(target, args) {
    const instance = Reflect.construct(target, args);
    const imported = Object.values(args[1] ?? {}).flatMap((group) => Object.values(group));
    const memory = [...Object.values(instance.exports), ...imported].find((x) => x instanceof WebAssembly.Memory);
    if (memory) memories.add(new WeakRef(memory));
    return instance;
  },
});

/** The bytes of the memories that the engine has not collected, and how many there are. */
export function wasmMemory() {
  // Two instances may share one memory.
  const alive = [...new Set([...memories].map((ref) => ref.deref()))].filter((memory) => memory !== undefined);
  return { count: alive.length, bytes: alive.reduce((sum, { buffer }) => sum + buffer.byteLength, 0) };
}
