import type { AccessTenant } from '../access-tenant';
import { median } from '../alternate';
import { UnexpectedAnswer } from '../keep-alive-client';
import { residentMemory } from '../resident-memory';
import { timed } from '../timed';
import type { Measure } from './measure';

const WARM_UP = 3;
const TIMES = 6;
const SAMPLE_MS = 25;

interface Plan {
  readonly changes: readonly { lost: { roles: string[] }; gained: { roles: string[] } }[];
  readonly summary: { readonly users: number };
}

async function plan({ server, slug, mappings, users }: AccessTenant): Promise<void> {
  const answer = await server.send('POST', '/api/v1/config/group_mappings/plan', mappings('other half'), slug);
  const { changes, summary } = (await answer.json()) as Plan;
  const half = users.length >> 1;
  if (summary.users !== half || changes.length !== half || changes[0]!.gained.roles[0] !== 'other half')
    throw new UnexpectedAnswer(`The plan concerns ${summary.users} people, not ${half}.`);
}

export const planned: Measure = {
  name: 'plan',
  about: 'plan of a group_mappings edit over 100000 users that changes half of them',
  async run(stage) {
    const tenant = await stage.accessTenant('crowded');
    const { pid } = tenant.target;
    const before = residentMemory(pid);
    for (let n = 0; n < WARM_UP; n++) await plan(tenant);
    const warm = residentMemory(pid);
    let most = warm;
    const sampling = setInterval(() => (most = Math.max(most, residentMemory(pid))), SAMPLE_MS);
    const times: number[] = [];
    for (let n = 0; n < TIMES; n++) times.push((await timed(() => plan(tenant))).ms / 1000);
    clearInterval(sampling);
    const after = residentMemory(pid);
    return [
      {
        measure: 'plan of a mapping over 100000 users',
        value: median(times),
        unit: 's',
        absolute: `${times.map((time) => time.toFixed(2)).join(', ')} s; half of them in the answer`,
        atLeast: 10,
        aim: 2,
        better: 'less',
      },
      {
        measure: 'resident memory after these plans over before',
        value: after / warm,
        absolute: `${after.toFixed(0)} MiB, ${warm.toFixed(0)} MiB, at most ${most.toFixed(0)}; ${before.toFixed(0)} MiB before any`,
        atLeast: 1.1,
        aim: 1.02,
        better: 'less',
      },
    ];
  },
};
