const begun = Date.now();

/** What is going on, for whoever waits; the table alone goes to stdout. */
export function progress(line: string): void {
  process.stderr.write(`${((Date.now() - begun) / 1000).toFixed(0).padStart(5)} s  ${line}\n`);
}
