// A kernel over HTTP: a module Worker, as Cloudflare's and workerd run it. Parameters and inputs come in, the empirical
// kernel of a perceptron goes out, whole or with its progress. `GET /` says how it is asked.

import { computeByBlocks, computeKernel } from "./answer.ts";
import { describeFailure, HttpError, readJson, streamLines } from "./http.ts";
import { readQuestion } from "./question.ts";

/** Of a body: several of them are held at once, and as lists of numbers they take up to four times as much. */
const MAX_BODY = 2 ** 19;

const USAGE = `POST /kernel: the empirical kernel of a perceptron with tanh. For example

  {"params": [{"w": [[0.5], [-1]], "b": [0]}], "x1": [[1, 2], [3, 4]], "x2": null, "options": {"get": "ntk", "outputs": "mean"}}

is answered, row by row, by

  {"shape":[2,2],"data":[6,12,12,26]}

params   a list of layers: weights (inputs, outputs) and biases
x1, x2   an example in each row; null or no x2: x1 against itself
options  get: "ntk" or "nngp"; outputs: their "mean", or for each pair of examples all "pairs" of outputs

With the header "Accept: application/x-ndjson" the answer is a line {"done": rows, "total": rows} after each block of rows,
and on the last line the kernel or {"error": message}.
`;

type Handler = (request: Request) => Response | Promise<Response>;

const routes: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  "/": { GET: () => new Response(USAGE) },
  "/kernel": { POST: answerKernel },
};

async function answerKernel(request: Request): Promise<Response> {
  const question = readQuestion(await readJson(request, MAX_BODY));
  const type = "application/x-ndjson";
  if (!request.headers.get("accept")?.includes(type)) return Response.json(await computeKernel(question));
  return new Response(streamLines(computeByBlocks(question)), { headers: { "content-type": type } });
}

function route(request: Request): Response | Promise<Response> {
  const { pathname } = new URL(request.url);
  if (!Object.hasOwn(routes, pathname)) throw new HttpError(404, `there is no ${pathname}; GET / says what there is.`);
  const methods = routes[pathname] ?? {};
  const allow = Object.keys(methods).join(", ");
  const handler = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
  if (!handler) throw new HttpError(405, `${pathname} answers ${allow} only.`, { allow });
  return handler(request);
}

export default {
  async fetch(request: Request): Promise<Response> {
    try {
      return await route(request);
    } catch (failure) {
      const { status, message, headers } = describeFailure(failure);
      return Response.json({ error: message }, { status, headers });
    }
  },
};
