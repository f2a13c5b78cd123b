import { percentile, percentiles } from './percentiles';

describe('percentiles', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
  it('are nearest-rank', () => expect(percentiles(hundred)).toEqual({ p50: 50, p95: 95, p99: 99 }));
  it('of one value are that value', () => expect(percentiles([7])).toEqual({ p50: 7, p95: 7, p99: 7 }));
  it('of nothing are 0', () => expect(percentiles([])).toEqual({ p50: 0, p95: 0, p99: 0 }));
  it('reach the ends', () => expect([percentile([1, 2, 3], 0), percentile([1, 2, 3], 1)]).toEqual([1, 3]));
});
