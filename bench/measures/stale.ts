import { fillGroups } from '../fill';
import { KeepAliveClient, type Target } from '../keep-alive-client';
import type { Stage } from '../stage';
import type { Measure } from './measure';

const TRIES = 500;
const LONG_TRIES = 10_000;
/** So many tries are under way at once, each of a person and a group of its own. */
const WORKERS = 16;
/** Every so many tries it is not the person who leaves the mapped group, but the group through which they are in it. */
const NESTED_EACH = 4;

interface Worker {
  readonly user: string;
  readonly mapped: string;
  readonly between: string;
}

/** One process takes people out of groups, the other is asked about them. */
class Tries {
  private left: number;
  stale = 0;
  granted = 0;

  constructor(
    tries: number,
    private readonly writes: Target,
    private readonly asks: Target,
  ) {
    this.left = tries;
  }

  async work(worker: Worker): Promise<void> {
    const [writer, asker] = [new KeepAliveClient(this.writes), new KeepAliveClient(this.asks)];
    try {
      while (this.left > 0) {
        const nested = this.left-- % NESTED_EACH === 0;
        const member = nested ? worker.between : worker.user;
        const patch = (op: object) => this.patch(writer, worker.mapped, op);
        await patch({ op: 'add', path: 'members', value: [{ value: member }] });
        if (!(await this.may(asker, worker.user))) this.stale++;
        else this.granted++;
        await patch({ op: 'remove', path: `members[value eq "${member}"]` });
        if (await this.may(asker, worker.user)) this.stale++;
      }
    } finally {
      writer.close();
      asker.close();
    }
  }

  private async patch(client: KeepAliveClient, group: string, operation: object): Promise<void> {
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];
    await client.succeed(
      'PATCH',
      `${this.writes.base}/Groups/${group}`,
      JSON.stringify({ schemas, Operations: [operation] }),
    );
  }

  private async may(client: KeepAliveClient, id: string): Promise<boolean> {
    const body = { subject: { type: 'user', id }, action: { name: 'ship' }, resource: { type: 'thing', id: 'any' } };
    const answer = await client.succeed('POST', '/access/v1/evaluation', JSON.stringify(body));
    return (JSON.parse(answer.body) as { decision: boolean }).decision;
  }
}

async function workersOf(stage: Stage) {
  const { databaseUrl } = await stage.provost();
  const directory = await stage.newDirectory('stale', WORKERS);
  const { id, users } = directory;
  const between = await fillGroups(
    databaseUrl,
    id,
    users.map((user) => [user]),
  );
  const mapped = await fillGroups(
    databaseUrl,
    id,
    users.map(() => []),
  );
  const workers = users.map((user, i): Worker => ({ user, mapped: mapped[i]!, between: between[i]! }));
  return { ...directory, workers };
}

export const stale: Measure = {
  name: 'stale',
  about: `answers of one process after a PATCH by another: ${TRIES} tries, ${LONG_TRIES} with --long`,
  async run(stage) {
    const server = await stage.provost();
    const { slug, target, workers } = await workersOf(stage);
    const mappings = Object.fromEntries(
      workers.map(({ mapped }) => [mapped, { role: 'shipper', permissions: ['ship'] }]),
    );
    await server.call('PUT', '/api/v1/config/group_mappings', mappings, slug);
    const app = await server.targetOf(slug, 'app');
    const other = await server.startBeside('api');
    const tries = stage.options.long ? LONG_TRIES : TRIES;
    const run = new Tries(tries, target, { ...app, pid: other.pid, port: other.port });
    try {
      await Promise.all(workers.map((worker) => run.work(worker)));
    } finally {
      await other.stop();
    }
    return [
      {
        measure: 'stale answers of another process',
        value: run.stale,
        unit: '',
        absolute: `${tries} times added and removed, every ${NESTED_EACH}th through a nested group; ${run.granted} granted in between; ${WORKERS} at once`,
        atLeast: 0,
        aim: 0,
        better: 'less',
      },
    ];
  },
};
