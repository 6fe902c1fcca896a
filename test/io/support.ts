/** What a promise is rejected with, as text. */
export async function failure(promise: Promise<unknown>): Promise<string> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => error,
  );
  if (outcome instanceof Error) return outcome.message;
  throw new Error(`no error: ${JSON.stringify(outcome)}`);
}
