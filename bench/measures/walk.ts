import { median } from '../alternate';
import { KeepAliveClient, type Target, UnexpectedAnswer } from '../keep-alive-client';
import { timed } from '../timed';
import type { Measure } from './measure';

const PEOPLE = 200_000;
const COUNT = 100;
/** So many pages at each end are compared. */
const PAGES = 50;
const WARM_UP_PAGES = 200;

interface Page {
  readonly totalResults: number;
  readonly Resources: readonly { readonly id: string }[];
}

/** Walks as a client does: until it has as many as the total says. @returns the milliseconds of each page */
async function walkAll(target: Target, mostPages = Infinity): Promise<{ times: number[]; seen: number }> {
  const client = new KeepAliveClient(target);
  const times: number[] = [];
  const seen = new Set<string>();
  for (let startIndex = 1, total = Infinity; startIndex <= total && times.length < mostPages;) {
    const path = `${target.base}/Users?startIndex=${startIndex}&count=${COUNT}`;
    const { ms, result } = await timed(() => client.succeed('GET', path));
    const page = JSON.parse(result.body) as Page;
    times.push(ms);
    for (const { id } of page.Resources) seen.add(id);
    if (!page.Resources.length) break;
    startIndex += page.Resources.length;
    total = page.totalResults;
  }
  client.close();
  return { times, seen: seen.size };
}

export const walk: Measure = {
  name: 'walk',
  about: `walking ${PEOPLE} users by startIndex in pages of ${COUNT}: the last pages over the first`,
  async run(stage) {
    const { target } = await stage.newDirectory('walk', PEOPLE);
    await walkAll(target, WARM_UP_PAGES);
    const { times, seen } = await walkAll(target);
    if (seen !== PEOPLE) throw new UnexpectedAnswer(`The walk met ${seen} of ${PEOPLE} people.`);
    const last = median(times.slice(-PAGES));
    const first = median(times.slice(1, 1 + PAGES));
    const seconds = times.reduce((sum, ms) => sum + ms, 0) / 1000;
    return [
      {
        measure: `walk of ${PEOPLE} users: last pages over pages 2…`,
        value: last / first,
        absolute: `${last.toFixed(2)} ms, ${first.toFixed(2)} ms (medians of ${PAGES}); all ${times.length} in ${seconds.toFixed(1)} s`,
        atLeast: 3,
        aim: 1.2,
        better: 'less',
      },
      {
        measure: 'the same over page 1, which counts',
        value: last / times[0]!,
        absolute: `${last.toFixed(2)} ms, ${times[0]!.toFixed(2)} ms`,
        atLeast: 3,
        aim: 1.2,
        better: 'less',
      },
    ];
  },
};
