import { median } from '../alternate';
import { withClient } from '../fill';
import { UnexpectedAnswer } from '../keep-alive-client';
import { timed } from '../timed';
import type { Measure } from './measure';

const TIMES = 3;

/** How many changes of roles the log has behind that number, of how many people, and the highest number in it. */
const TOLD = `SELECT count(*)::int AS events, count(DISTINCT subject_id)::int AS people FROM events
  WHERE tenant_id = $1 AND type = 'access.role_changed' AND seq > $2`;
const LAST = 'SELECT coalesce(max(seq), 0)::text AS seq FROM events';

export const roleChanges: Measure = {
  name: 'role-changes',
  about: 'from the PUT of a mapping of 50000 people to the last access.role_changed in the log',
  async run(stage) {
    const { server, id, slug, users, mappings } = await stage.accessTenant('crowded');
    const times: number[] = [];
    for (let n = 0; n < TIMES; n++)
      await withClient(server.databaseUrl, async (client) => {
        const [last] = (await client.query<{ seq: string }>(LAST)).rows;
        const { ms } = await timed(async () => {
          await server.call('PUT', '/api/v1/config/group_mappings', mappings(`half ${n}`), slug);
          await server.followedUp('role-changes');
        });
        const [told] = (await client.query<{ events: number; people: number }>(TOLD, [id, last!.seq])).rows;
        const half = users.length >> 1;
        if (told!.events !== half || told!.people !== half)
          throw new UnexpectedAnswer(`${told!.events} changes of ${told!.people} people were told, not ${half}.`);
        times.push(ms / 1000);
        await server.followedUp();
      });
    return [
      {
        measure: 'access.role_changed of 50000 people after one mapping',
        value: median(times),
        unit: 's',
        absolute: `${times.map((time) => time.toFixed(2)).join(', ')} s, each change told once`,
        atLeast: 60,
        aim: 10,
        better: 'less',
      },
    ];
  },
};
