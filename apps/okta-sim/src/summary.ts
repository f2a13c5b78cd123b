import { Entry } from './journal';
import { percentiles } from './percentiles';

const HEADINGS = ['step', 'requests', 'ok', 'failed', 'p50 ms', 'p95 ms', 'p99 ms', 'total s', 'requests/s', 'items/s'];

const milliseconds = (value: number): string => (value < 100 ? value.toFixed(1) : value.toFixed(0));

const row = (entry: Entry): string[] => {
  const requests = entry.latencies.length;
  const { p50, p95, p99 } = percentiles(entry.latencies);
  const seconds = (entry.endedAt - entry.startedAt) / 1000;
  const rate = (n: number): string => (n && seconds > 0 ? (n / seconds).toFixed(n / seconds < 10 ? 1 : 0) : '-');
  return [
    entry.name,
    String(requests),
    String(Math.max(0, requests - entry.failed)),
    String(entry.failed),
    ...[p50, p95, p99].map(milliseconds),
    seconds.toFixed(1),
    rate(requests),
    rate(entry.items),
  ];
};

/** The table of what each step did: requests, failures, latencies, and the rate of people or groups. */
export function table(entries: Iterable<Entry>): string {
  const rows = [HEADINGS, ...[...entries].map(row)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((r) => (r[column] ?? '').length)));
  const line = (cells: string[]): string =>
    cells.map((cell, column) => (column ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[0] ?? 0))).join('  ');
  const [headings = [], ...rest] = rows;
  return [line(headings), widths.map((w) => '-'.repeat(w)).join('  '), ...rest.map(line)].join('\n');
}

/** The failures in plain sentences, the first of them when they are many. */
export function failureReport(failures: readonly string[], failed: number): string {
  const more = failed > failures.length ? `\n… and ${failed - failures.length} more.` : '';
  return `${failed} ${failed === 1 ? 'answer was' : 'answers were'} not what Okta needs:\n${failures.map((f) => `  - ${f}`).join('\n')}${more}`;
}
