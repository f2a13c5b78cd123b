import { alternate, median, medianRatio, type Side } from '../alternate';
import { load } from '../load';
import type { Stage } from '../stage';
import type { Measure } from './measure';
import { lookups } from './throughput';

const LARGE = 1_000_000;
const SMALL = 1_000;
const CONNECTIONS = 64;

/** Each in a database and behind a Provost of its own: in a shared table the small tenant would pay for the large one. */
async function side(stage: Stage, name: string, people: number): Promise<Side> {
  const { target } = await stage.directory(name, people);
  const numbers = Array.from({ length: 20_000 }, () => Math.floor(Math.random() * people));
  const traffic = lookups(numbers);
  const round = async (seconds: number) =>
    1e6 / (await load({ target, traffic, connections: CONNECTIONS, seconds })).perSecond;
  return { name, round };
}

export const filterScale: Measure = {
  name: 'filter-scale',
  about: `filter userName eq with ${LARGE} users, in turns with ${SMALL}`,
  long: true,
  async run(stage) {
    const sides = [await side(stage, 'large', LARGE), await side(stage, 'small', SMALL)];
    const [large, small] = await alternate(sides, stage.options.rounds, stage.options.seconds);
    return [
      {
        measure: `filter userName eq: ${LARGE} users over ${SMALL}`,
        value: medianRatio(large!, small!),
        absolute: `${median(large!).toFixed(0)} µs, ${median(small!).toFixed(0)} µs a request; ${await stage.sizeOf('large')}`,
        atLeast: 1.5,
        aim: 1.1,
        better: 'less',
      },
    ];
  },
};
