/** Asks for the next page while the one before is worked on: the database works in the meantime. At most one page waits. */
export async function* readAhead<T>(pages: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = pages.next();
  try {
    for (;;) {
      const { value, done } = await next;
      if (done) return;
      next = pages.next();
      // A failure is thrown where it is awaited; until then it is not unhandled.
      next.catch(() => undefined);
      yield value;
    }
  } finally {
    await next.catch(() => undefined);
    await pages.return(undefined).catch(() => undefined);
  }
}
