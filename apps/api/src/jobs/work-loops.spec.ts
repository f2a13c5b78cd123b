import { WorkLoops } from './work-loops';

it('names what has shown no sign of life for a quarter of an hour', () => {
  const loops = new WorkLoops();
  const now = Date.now();
  loops.add('lively', () => now - 1_000);
  loops.add('stuck', () => now - 16 * 60_000);
  expect(loops.stuck(now)).toEqual(['stuck']);
  expect(loops.stuck(now - 2 * 60_000)).toEqual([]);
});
