/** The worker's program: it takes questions, tells how far it is, and hands over answers. */
import { messageOf } from "../message.ts";
import { buffersOf, type Message } from "./messages.ts";
import type { Question } from "./question.ts";
import { compute } from "./work.ts";

const send = (message: Message, handedOver: ArrayBuffer[] = []): void =>
  self.postMessage(message, { transfer: handedOver });

self.addEventListener("message", async ({ data }: MessageEvent<Question>) => {
  try {
    const answer = await compute(data, (text, fraction) => send({ kind: "progress", text, fraction }));
    send({ kind: "answer", answer }, buffersOf(answer));
  } catch (error) {
    send({ kind: "error", message: messageOf(error) });
  }
});
