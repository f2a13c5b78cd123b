import { performance } from 'node:perf_hooks';

/** Where progress goes: a terminal gets a bar, anything else a plain line now and then. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const BAR_EVERY_MS = 100;
const LINE_EVERY_MS = 5000;
const WIDTH = 24;

/** Shows how far the current step is. */
export class Progress {
  private name = '';
  private total = 0;
  private done = 0;
  private shownAt = 0;
  private startedAt = 0;

  constructor(private readonly screen: Screen) {}

  /** A new step begins; a total of 0 means that nobody knows yet. */
  start(name: string, total: number): void {
    Object.assign(this, { name, total, done: 0, shownAt: performance.now(), startedAt: performance.now() });
    if (this.screen.isTTY) this.draw();
  }

  /** So much more is done. */
  advance(by = 1): void {
    this.done += by;
    const now = performance.now();
    if (now - this.shownAt < (this.screen.isTTY ? BAR_EVERY_MS : LINE_EVERY_MS)) return;
    this.shownAt = now;
    if (this.screen.isTTY) this.draw();
    else this.screen.write(`  ${this.name}: ${this.count()}\n`);
  }

  /** The step is over; leaves one line about it. */
  finish(outcome: string): void {
    const seconds = ((performance.now() - this.startedAt) / 1000).toFixed(1);
    this.clear();
    this.screen.write(`${outcome.startsWith('ok') ? '✓' : '✗'} ${this.name}: ${outcome} (${seconds} s)\n`);
  }

  /** Takes the bar off the terminal. */
  clear(): void {
    if (this.screen.isTTY) this.screen.write('\r\x1b[2K');
  }

  private draw(): void {
    const share = this.total ? Math.min(1, this.done / this.total) : 0;
    const filled = Math.round(share * WIDTH);
    const bar = this.total ? `[${'█'.repeat(filled)}${'·'.repeat(WIDTH - filled)}] ` : '';
    this.screen.write(`\r\x1b[2K${`${bar}${this.name} ${this.count()}`.slice(0, (this.screen.columns ?? 80) - 1)}`);
  }

  private count(): string {
    return this.total ? `${this.done} of ${this.total}` : `${this.done}`;
  }
}
