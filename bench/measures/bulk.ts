import { alternate, median, medianRatio, type Side } from '../alternate';
import { KeepAliveClient, type Target, UnexpectedAnswer } from '../keep-alive-client';
import { load } from '../load';
import { person } from '../person';
import type { Stage } from '../stage';
import type { Measure } from './measure';

const SIZE = 1_000;
const CONNECTIONS = 32;

/** Users a second by bulk requests of 1,000, one after the other. Making their bodies does not count. */
async function byBulk(stage: Stage, target: Target, seconds: number): Promise<number> {
  const client = new KeepAliveClient(target);
  let users = 0;
  let spent = 0;
  while (spent < seconds) {
    const first = stage.freshPeople(SIZE);
    const body = JSON.stringify({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: Array.from({ length: SIZE }, (_, i) => ({
        method: 'POST',
        path: '/Users',
        bulkId: String(i),
        data: person(first + i),
      })),
    });
    const begin = performance.now();
    const answer = await client.succeed('POST', `${target.base}/Bulk`, body);
    spent += (performance.now() - begin) / 1000;
    const { Operations } = JSON.parse(answer.body) as { Operations: { status: string }[] };
    const created = Operations.filter((operation) => operation.status === '201').length;
    if (created !== SIZE) throw new UnexpectedAnswer(`A bulk of ${SIZE} creates created ${created}.`);
    users += created;
  }
  client.close();
  return users / spent;
}

export const bulk: Measure = {
  name: 'bulk',
  about: `users a second by /Bulk of ${SIZE} creates, in turns with single POSTs`,
  async run(stage) {
    const { target } = await stage.directory();
    const singles = (connections: number): Side => ({
      name: `POST over ${connections}`,
      round: async (seconds) => {
        const traffic = { kind: 'create', first: stage.freshPeople(1_000_000) } as const;
        return (await load({ target, traffic, connections, seconds })).perSecond;
      },
    });
    const sides: Side[] = [
      { name: 'bulk', round: (seconds) => byBulk(stage, target, seconds) },
      singles(1),
      singles(CONNECTIONS),
    ];
    const [ours, one, many] = await alternate(sides, stage.options.rounds, stage.options.seconds);
    const row = (over: string, figures: readonly number[]) =>
      ({
        measure: `/Bulk of ${SIZE} over single POSTs, ${over}`,
        value: medianRatio(ours!, figures),
        absolute: `${median(ours!).toFixed(0)} users/s, single ${median(figures).toFixed(0)}/s`,
        atLeast: 2,
        aim: 5,
        better: 'more',
      }) as const;
    return [row('both one connection', one!), row(`bulk one, single ${CONNECTIONS} connections`, many!)];
  },
};
