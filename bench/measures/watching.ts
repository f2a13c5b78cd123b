import { join } from 'node:path';
import { compare, Rates } from '../rates';
import type { Traffic } from '../traffic';
import type { Measure } from './measure';

const WRITERS = 32;
/** No round writes as many. */
const A_ROUND_AT_MOST = 1_000_000;

export const watching: Measure = {
  name: 'watching',
  about: `POST /Users over ${WRITERS} connections with metrics, statistics and sealing, against the same server without them`,
  async run(stage) {
    const preload = { NODE_OPTIONS: `-r "${join(__dirname, '..', 'without-watching.js')}"` };
    const [watched, bare] = [await stage.provost('watched'), await stage.provost('unwatched', preload)];
    const fresh = (): Traffic => ({ kind: 'create', first: stage.freshPeople(A_ROUND_AT_MOST) });
    const sides = [
      new Rates(stage, 'watched', watched.tenant.target, WRITERS, fresh),
      new Rates(stage, 'unwatched', bare.tenant.target, WRITERS, fresh),
    ];
    return compare(stage, sides, [{ measure: 'POST /Users watched over not watched', atLeast: 0.9, aim: 0.98 }]);
  },
};
