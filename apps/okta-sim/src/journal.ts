import { performance } from 'node:perf_hooks';
import { Answer, Call } from './transport';

/** What happened under one name: a step of the provisioning or an operation of the load. */
export interface Entry {
  readonly name: string;
  /** Milliseconds of each request. */
  readonly latencies: number[];
  failed: number;
  throttled: number;
  /** People or groups done, for a rate; 0 when the step has no such thing. */
  items: number;
  startedAt: number;
  endedAt: number;
}

/** Keeps what every request did, and the first failures in words. */
export class Journal {
  readonly entries = new Map<string, Entry>();
  readonly failures: string[] = [];
  failed = 0;

  constructor(private readonly kept = 10) {}

  /** The entry of that name, made when it is new. */
  entry(name: string): Entry {
    const known = this.entries.get(name);
    if (known) return known;
    const now = performance.now();
    const entry: Entry = { name, latencies: [], failed: 0, throttled: 0, items: 0, startedAt: now, endedAt: now };
    this.entries.set(name, entry);
    return entry;
  }

  /** Writes down an answer and what was wrong with it. */
  record(name: string, call: Call, answer: Answer, faults: readonly string[]): void {
    const entry = this.entry(name);
    entry.latencies.push(answer.ms);
    entry.throttled += answer.throttled;
    entry.endedAt = performance.now();
    if (faults.length) {
      const what = answer.broken ? 'got no answer' : `answered ${answer.status}`;
      this.fail(name, `${call.method} ${readable(call.path)} ${what}: ${faults.slice(0, 4).join('; ')}.`);
    }
  }

  /** A failure of a whole step rather than of one answer. */
  fail(name: string, sentence: string): void {
    this.entry(name).failed++;
    this.failed++;
    if (this.failures.length < this.kept) this.failures.push(`${name}: ${sentence}`);
  }
}

const readable = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
};
