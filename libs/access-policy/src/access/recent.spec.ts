import { Recent } from './recent';

it('keeps what is in use, and never more than its weight', () => {
  const made: number[] = [];
  const recent = new Recent<number, { key: number }>(100, () => 1);
  const get = (key: number) => recent.get(key, (k) => (made.push(k), { key: k })).key;
  for (let i = 1; i <= 1_000; i++) {
    expect(get(0)).toBe(0);
    expect(get(i)).toBe(i);
  }
  expect(made.filter((key) => key === 0)).toHaveLength(1);
  made.length = 0;
  for (let i = 1_000; i > 0; i--) get(i);
  expect(1_000 - made.length).toBeLessThanOrEqual(100);
  expect(1_000 - made.length).toBeGreaterThanOrEqual(45);
});

it('remembers at least the last, however heavy', () => {
  const recent = new Recent<string, string>(10, () => 1_000);
  expect(recent.get('a', () => 'made')).toBe('made');
  expect(recent.get('a', () => 'made again')).toBe('made');
});
