import { median } from '../alternate';
import { fillGroups } from '../fill';
import { KeepAliveClient, UnexpectedAnswer } from '../keep-alive-client';
import { timed } from '../timed';
import type { Measure } from './measure';

const MEMBERS = 10_000;
const CHANGED = 3;
const TIMES = 7;

export const groupReplace: Measure = {
  name: 'put-group',
  about: `PUT of a group with ${MEMBERS} members that changes ${CHANGED}`,
  async run(stage) {
    const { databaseUrl } = await stage.provost();
    const { id, target, users } = await stage.directory();
    const [group] = await fillGroups(databaseUrl, id, [users.slice(0, MEMBERS)]);
    const body = (from: number) =>
      JSON.stringify({
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
        displayName: `Group ${group}`,
        members: users.slice(from, from + MEMBERS).map((value, i) => ({ value, display: `Person ${from + i}` })),
      });
    const client = new KeepAliveClient(target);
    const times: number[] = [];
    for (let n = 1; n <= TIMES; n++) {
      const sent = body(n * CHANGED);
      const { ms, result } = await timed(() => client.succeed('PUT', `${target.base}/Groups/${group!}`, sent));
      const { members } = JSON.parse(result.body) as { members: { value: string }[] };
      if (members.length !== MEMBERS || !members.some((m) => m.value === users[n * CHANGED + MEMBERS - 1]))
        throw new UnexpectedAnswer(`The group has ${members.length} members or lacks the last one.`);
      times.push(ms / 1000);
    }
    client.close();
    return [
      {
        measure: `PUT of a group of ${MEMBERS} that changes ${CHANGED}`,
        value: median(times),
        unit: 's',
        absolute: `${Math.min(...times).toFixed(2)} to ${Math.max(...times).toFixed(2)} s, with all members in the answer`,
        atLeast: 1,
        aim: 0.3,
        better: 'less',
      },
    ];
  },
};
