import { latencyAt, latencyStep } from './latency-scale';

function counted(durations: readonly number[]): number[] {
  const counts: number[] = [];
  for (const ms of durations) {
    const step = latencyStep(ms);
    while (counts.length <= step) counts.push(0);
    counts[step]!++;
  }
  return counts;
}

it('tells percentiles to within a step', () => {
  const durations = Array.from({ length: 1_000 }, (_, i) => 1 + i / 10);
  for (const [part, ms] of [
    [0.5, 51],
    [0.95, 96],
    [0.99, 100],
  ] as const) {
    const told = latencyAt(counted(durations), part)!;
    expect(told).toBeGreaterThan(ms / 1.25);
    expect(told).toBeLessThan(ms * 1.25);
  }
});

it('has a step for everything', () => {
  expect([0, 0.25, 0.26, 1e9].map(latencyStep)).toEqual([0, 0, 1, 59]);
  expect(latencyAt([], 0.5)).toBeNull();
  expect(latencyAt([0, 0, 0], 0.5)).toBeNull();
  expect(latencyAt(counted([3]), 0.99)).toBeGreaterThan(2.4);
});
