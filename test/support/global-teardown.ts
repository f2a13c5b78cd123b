/** Runs after the last test, whether they passed or not. */
export default async function globalTeardown(): Promise<void> {
  await globalThis.closeTestServer?.();
}
