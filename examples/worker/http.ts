/** What a request's body is read with and what a failure is answered with. */
import { ShapeError } from "cotangent";

/** A failure that is the asker's: its status and a message for them. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }
}

/** Calls the library, whose errors tell what is wrong with what it was given, or that it would take too much memory. */
export function asHttpErrors<T>(what: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof RangeError) throw new HttpError(413, `${what}: ${error.message}`);
    if (error instanceof ShapeError || error instanceof TypeError)
      throw new HttpError(422, `${what}: ${error.message}`);
    throw error;
  }
}

/** The body as JSON; it is counted while it arrives, so that no more than `limit` bytes of it are ever held. */
export async function readJson(request: Request, limit: number): Promise<unknown> {
  const decoder = new TextDecoder();
  let [text, size] = ["", 0];
  for await (const chunk of chunksOf(request)) {
    size += chunk.byteLength;
    if (size > limit) throw new HttpError(413, `the body is larger than ${limit} bytes.`);
    text += decoder.decode(chunk, { stream: true });
  }
  try {
    return JSON.parse(text + decoder.decode());
  } catch (error) {
    throw new HttpError(400, `the body is no JSON: ${(error as SyntaxError).message}.`);
  }
}

async function* chunksOf({ body }: Request): AsyncGenerator<Uint8Array> {
  const reader = body?.getReader();
  if (!reader) return;
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    await reader.cancel();
  }
}

/** One line of JSON for each item, computed when the line before it is taken: nothing is computed for who has gone. */
export function streamLines(items: AsyncGenerator<unknown>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const line = (item: unknown) => encoder.encode(`${JSON.stringify(item)}\n`);
  return new ReadableStream({
    async pull(controller) {
      // Lets the line before go out and other requests come in, since what follows computes without a pause.
      await new Promise((resolve) => setTimeout(resolve, 0));
      try {
        const { value, done } = await items.next();
        if (done) controller.close();
        else controller.enqueue(line(value));
      } catch (error) {
        controller.enqueue(line({ error: describeFailure(error).message }));
        controller.close();
      }
    },
  });
}

/** What the asker is told; of a mistake in this program no more than that there is one. */
export function describeFailure(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  console.error(error);
  return new HttpError(500, "internal error.");
}
