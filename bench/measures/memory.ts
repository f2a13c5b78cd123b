import { KeepAliveClient, type Target, UnexpectedAnswer } from '../keep-alive-client';
import { residentMemory } from '../resident-memory';
import { PEOPLE } from '../stage';
import type { Measure } from './measure';

const COUNT = 1_000;
const WARM_UP_LISTS = 5;
/** One list is about as long as the old generation takes to fill up once: each half shall have seen it collected several times. */
const LISTS = 6;

function mean(figures: readonly number[]): number {
  return figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}

interface Page {
  readonly totalResults: number;
  readonly nextCursor?: string;
  readonly Resources: readonly object[];
}

/** Reads the whole list. @returns the server's resident memory after each page, in MiB */
async function stream(target: Target, pid: number, by: 'startIndex' | 'cursor'): Promise<number[]> {
  const client = new KeepAliveClient(target);
  const memory: number[] = [];
  let seen = 0;
  for (let position: string | undefined = by === 'cursor' ? '' : '1'; position !== undefined;) {
    const path: string = `${target.base}/Users?count=${COUNT}&${by}=${position}`;
    const page = JSON.parse((await client.succeed('GET', path)).body) as Page;
    memory.push(residentMemory(pid));
    seen += page.Resources.length;
    if (by === 'cursor') position = page.nextCursor;
    else position = seen < page.totalResults && page.Resources.length ? String(seen + 1) : undefined;
  }
  client.close();
  if (seen < PEOPLE) throw new UnexpectedAnswer(`The list had ${seen} of ${PEOPLE} people.`);
  return memory;
}

export const memory: Measure = {
  name: 'memory',
  about: `resident memory of the server while ${PEOPLE} users are listed ${LISTS} times in pages of ${COUNT}`,
  async run(stage) {
    const { target } = await stage.directory();
    const { pid } = target;
    const before = residentMemory(pid);
    // The heap of a process grows to its working size first, whatever is asked; that is not the list's doing.
    for (let n = 0; n < WARM_UP_LISTS; n++) await stream(target, pid, n % 2 ? 'cursor' : 'startIndex');
    const rows = [];
    for (const by of ['startIndex', 'cursor'] as const) {
      const memory: number[] = [];
      for (let n = 0; n < LISTS; n++) memory.push(...(await stream(target, pid, by)));
      const half = memory.length >> 1;
      // Means: a maximum tells when the garbage collector last ran.
      const [early, late] = [mean(memory.slice(0, half)), mean(memory.slice(half))];
      rows.push({
        measure: `resident memory, last ${LISTS / 2} lists over the ${LISTS / 2} before, by ${by}`,
        value: late / early,
        absolute: `${late.toFixed(0)} MiB, ${early.toFixed(0)} MiB, at most ${Math.max(...memory).toFixed(0)}; ${before.toFixed(0)} MiB before any; ${memory.length} pages`,
        atLeast: 1.1,
        aim: 1.02,
        better: 'less',
      } as const);
    }
    return rows;
  },
};
