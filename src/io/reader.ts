/** Bytes taken one after the other, from memory or as they are inflated. */

export interface ByteReader {
  /** The next bytes, as many as there are still. */
  take(count: number): Promise<Uint8Array>;
  /** Gives up what is left. */
  cancel(): void;
}

/** Bytes at hand; what is taken is a view of them. */
export function readerOf(bytes: Uint8Array): ByteReader {
  let at = 0;
  return {
    take: async (count) => {
      const taken = bytes.subarray(at, at + count);
      at += taken.length;
      return taken;
    },
    cancel: () => {},
  };
}

/** So much is inflated at a time that what comes out of it, a thousand times as much at most, is no burden. */
const PIECE_BYTES = 8192;

function piecesOf(bytes: Uint8Array): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream(
    {
      pull: (controller) => {
        const piece = bytes.slice(at, at + PIECE_BYTES);
        at += piece.length;
        if (piece.length > 0) controller.enqueue(piece as Uint8Array<ArrayBuffer>);
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Deflated bytes as what they stand for. */
export function inflating(bytes: Uint8Array): ByteReader {
  const reader = piecesOf(bytes).pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  let rest: Uint8Array = new Uint8Array(0);
  return {
    take: async (count) => {
      const taken = new Uint8Array(count);
      let filled = 0;
      while (filled < count) {
        if (rest.length === 0) {
          const { value } = await reader.read();
          if (value === undefined) break;
          rest = value;
        }
        const part = rest.subarray(0, count - filled);
        taken.set(part, filled);
        filled += part.length;
        rest = rest.subarray(part.length);
      }
      return taken.subarray(0, filled);
    },
    cancel: () => {
      // What went wrong with it was told by `take`.
      reader.cancel().catch(() => {});
    },
  };
}

/** The bytes deflated. */
export async function deflated(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = piecesOf(bytes).pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
