/** Work that mostly goes through at once and sometimes must wait: as generators, so that it doesn't wait where it needn't. */

/** Work that yields the promises it waits for. */
export type Work<Result> = Generator<Promise<unknown>, Result, unknown>;

/** Waits for a promise inside of work. */
export function* waitFor<Value>(promise: Promise<Value>): Work<Value> {
  let value: Value | undefined;
  yield promise.then((result) => {
    value = result;
  });
  return value as Value;
}

/** Does all of the work in this turn where it waits for nothing. */
export function perform(work: Work<void>): void | Promise<void> {
  const first = work.next();
  if (!first.done) return finish(work, first.value);
}

async function finish(work: Work<void>, awaited: Promise<unknown>): Promise<void> {
  for (let promise = awaited; ; ) {
    let next: IteratorResult<Promise<unknown>, void>;
    try {
      await promise;
      next = work.next();
    } catch (error) {
      next = work.throw(error);
    }
    if (next.done) return;
    promise = next.value;
  }
}
