import { median } from '../alternate';
import { fillGroups } from '../fill';
import { KeepAliveClient } from '../keep-alive-client';
import { timed } from '../timed';
import { addMember } from '../traffic';
import type { Measure } from './measure';

const LARGE = 50_000;
const SMALL = 10;
const SMALL_GROUPS = 60;
const ADDITIONS = 240;
const WARM_UP = 40;

export const groupScale: Measure = {
  name: 'group-scale',
  about: `one member added to a group of ${LARGE}, in turns with groups of ${SMALL}`,
  async run(stage) {
    const { databaseUrl } = await stage.provost();
    const { id, target, users } = await stage.directory();
    const small = users.slice(0, SMALL);
    // Several small ones, so that each stays small.
    const groups = [users.slice(0, LARGE), ...Array.from({ length: SMALL_GROUPS }, () => small)];
    const [large, ...others] = await fillGroups(databaseUrl, id, groups);
    const client = new KeepAliveClient(target);
    const times: Record<'large' | 'small', number[]> = { large: [], small: [] };
    for (let n = 0; n < WARM_UP + ADDITIONS; n++)
      for (const size of ['large', 'small'] as const) {
        const group = size === 'large' ? large! : others[n % others.length]!;
        const { method, path, body } = addMember(group, users[LARGE + n]!);
        const { ms } = await timed(() => client.succeed(method, target.base + path, body));
        if (n >= WARM_UP) times[size].push(ms);
      }
    client.close();
    const [ours, over] = [median(times.large), median(times.small)];
    return [
      {
        measure: `one member added: group of ${LARGE} over ${SMALL}`,
        value: ours / over,
        absolute: `${ours.toFixed(2)} ms, ${over.toFixed(2)} ms (medians of ${ADDITIONS}, one connection)`,
        atLeast: 1.3,
        aim: 1.05,
        better: 'less',
      },
    ];
  },
};
