import { setImmediate as turn } from 'node:timers/promises';
import type { RateLimit } from '../config';
import { LeasedBucket, type Lease } from './leased-bucket';

/** The shared bucket as PostgreSQL has it: it holds a window's worth and fills evenly. */
class SharedBucket {
  now = 1_000;
  asked = 0;
  away = false;
  private takenUntil = 0;

  constructor(private readonly limit: RateLimit) {}

  instance(): LeasedBucket {
    return new LeasedBucket(
      this.limit,
      async (debt, want) => {
        await turn();
        return this.take(debt, want);
      },
      () => this.now,
    );
  }

  private take(debt: number, want: number): Lease {
    this.asked++;
    if (this.away) throw new Error('away');
    const { requests, windowMs } = this.limit;
    const each = windowMs / requests;
    const base = Math.max(this.takenUntil, this.now) + debt * each;
    const granted = Math.max(0, Math.min(want, Math.floor((this.now + windowMs - base) / each)));
    this.takenUntil = base + granted * each;
    return { granted, retryMs: Math.max(0, this.takenUntil + each - windowMs - this.now) };
  }
}

const passed = (answers: readonly number[]) => answers.filter((ms) => ms === 0).length;
/** As requests come: some in the same turn, then the next. */
async function send(instances: readonly LeasedBucket[], count: number, together = 10): Promise<number[]> {
  const answers: number[] = [];
  for (let i = 0; i < count; i += together)
    answers.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(together, count - i) }, (_, j) => instances[(i + j) % instances.length]!.take(1)),
      )),
    );
  return answers;
}

describe('a leased bucket', () => {
  it.each([1, 2, 5])('holds a small limit exactly, with %d instances', async (n) => {
    const shared = new SharedBucket({ requests: 20, windowMs: 60_000 });
    const instances = Array.from({ length: n }, () => shared.instance());
    const answers = await send(instances, 70);
    expect(passed(answers)).toBe(20);
    // The next one comes after a twentieth of the window.
    expect(new Set(answers.filter((ms) => ms > 0))).toEqual(new Set([3_000]));
    shared.now += 3_000;
    expect(passed(await send(instances, 10))).toBe(1);
    shared.now += 60_000;
    expect(passed(await send(instances, 70))).toBe(20);
  });

  it.each([1, 3])('holds a large one within a hundredth for each of %d instances', async (n) => {
    const shared = new SharedBucket({ requests: 10_000, windowMs: 60_000 });
    const instances = Array.from({ length: n }, () => shared.instance());
    const count = passed(await send(instances, 12_000));
    expect(Math.abs(count - 10_000)).toBeLessThanOrEqual(100 * n);
    // About one statement for each batch, not one for each request.
    expect(shared.asked).toBeLessThan(150);
    expect(passed(await send(instances, 100 * n))).toBeLessThanOrEqual(100 * n);
    const asked = shared.asked;
    await send(instances, 1_000);
    expect(shared.asked - asked).toBeLessThan(10);
  });

  it('never makes a request wait while it is below its limit', async () => {
    const shared = new SharedBucket({ requests: 1_000_000, windowMs: 1_000 });
    const bucket = shared.instance();
    let waited = 0;
    for (let i = 0; i < 50_000; i++) {
      if (bucket.take(1) !== 0) waited++;
      if (i % 500 === 0) await turn();
    }
    expect(waited).toBe(0);
    expect(shared.asked).toBeLessThan(15);
  });

  it('lets one that counts as many pass whole, and charges it', async () => {
    const shared = new SharedBucket({ requests: 10, windowMs: 10_000 });
    const [one, two] = [shared.instance(), shared.instance()];
    expect(await one.take(5)).toBe(0);
    await turn();
    expect(passed(await send([two], 10, 1))).toBeLessThanOrEqual(5);
    expect(await two.take(1)).toBeGreaterThan(0);
  });

  it('gives up what lay unused for a window', async () => {
    const shared = new SharedBucket({ requests: 1_000, windowMs: 1_000 });
    const bucket = shared.instance();
    await bucket.take(1);
    await turn();
    await turn();
    shared.now += 5_000;
    expect(passed(await send([bucket], 2_000))).toBeLessThanOrEqual(1_010);
  });

  it('lets pass when the bucket cannot be reached', async () => {
    const shared = new SharedBucket({ requests: 2, windowMs: 60_000 });
    shared.away = true;
    expect(passed(await send([shared.instance()], 10))).toBe(10);
  });
});
