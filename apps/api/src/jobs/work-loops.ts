import { Injectable } from '@nestjs/common';

/** Longer than any batch of events and any run of a job takes. */
const PATIENCE_MS = 15 * 60 * 1_000;

/** What goes round and round in a process that works, so that one that hangs is noticed. */
@Injectable()
export class WorkLoops {
  private readonly loops = new Map<string, () => number>();

  /** @param aliveAt when it last showed a sign of life */
  add(name: string, aliveAt: () => number): void {
    this.loops.set(name, aliveAt);
  }

  get size(): number {
    return this.loops.size;
  }

  /** The names of those that have shown no sign of life for too long. */
  stuck(now = Date.now()): string[] {
    return [...this.loops].filter(([, aliveAt]) => now - aliveAt() > PATIENCE_MS).map(([name]) => name);
  }
}
