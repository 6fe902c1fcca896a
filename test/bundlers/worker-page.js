// A page that has its worker compute, by the line that bundlers know.

const worker = new Worker(new URL("./worker-program.js", import.meta.url), { type: "module" });
worker.onmessage = ({ data }) => {
  globalThis.outcome = data;
};
