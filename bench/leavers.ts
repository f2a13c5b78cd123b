import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { withClient } from './fill';
import { KeepAliveClient, UnexpectedAnswer } from './keep-alive-client';
import { person } from './person';
import type { ProvostServer, Tenant } from './provost-server';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
/** As many as /Bulk takes at once. */
const AT_ONCE = 1_000;
const LOOK_MS = 20;
/** Pieces of content that each of them owns. */
export const PIECES = 3;

/** The rule of the specification's sample: four actions. */
export const FOUR_ACTIONS = {
  user_removal: {
    trigger: 'user_deactivated_in_okta',
    actions: ['revoke_taskade_access', 'transfer_ownership', 'archive_user_content', 'notify_team_members'],
    retention_period: '30_days',
  },
};

/** A tenant whose people have a manager and content, and will leave. */
export class Leavers {
  private constructor(
    private readonly server: ProvostServer,
    readonly tenant: Tenant,
    readonly manager: string,
    /** Who has not left yet. */
    private readonly people: string[],
  ) {}

  static async arrive(server: ProvostServer, slug: string, count: number): Promise<Leavers> {
    const tenant = await server.newTenant(slug);
    await server.call('PUT', '/api/v1/config/deprovisioning_rules', FOUR_ACTIONS, slug);
    const client = new KeepAliveClient(tenant.target);
    const { body } = await client.succeed('POST', `${tenant.target.base}/Users`, JSON.stringify(person(0)));
    const manager = (JSON.parse(body) as { id: string }).id;
    const people: string[] = [];
    for (let first = 1; first <= count; first += AT_ONCE) {
      const some = Array.from({ length: Math.min(AT_ONCE, count + 1 - first) }, (_, i) => {
        const one = person(first + i);
        return { ...one, [ENTERPRISE]: { ...one[ENTERPRISE], manager: { value: manager } } };
      });
      const operations = some.map((data, i) => ({ method: 'POST', path: '/Users', bulkId: String(i), data }));
      const answers = await bulk(client, tenant, operations);
      people.push(...answers.map(({ location }) => location.split('/').at(-1)!));
    }
    client.close();
    await withClient(server.databaseUrl, async (database) => {
      await database.query(
        `INSERT INTO content (tenant_id, key, type, owner_id, attributes, created_at, updated_at)
         SELECT $1, u || '-' || i, 'document', u, '{}', now(), now() FROM unnest($2::uuid[]) u, generate_series(1, ${PIECES}) i`,
        [tenant.id, people],
      );
      for (const table of ['users', 'content', 'events']) await database.query(`ANALYZE ${table}`);
    });
    return new Leavers(server, tenant, manager, people);
  }

  /** The next of them. */
  next(count: number): string[] {
    if (this.people.length < count) throw new RangeError(`Only ${this.people.length} people are left.`);
    return this.people.splice(0, count);
  }

  /** Deactivates these, by /Bulk. */
  async deactivate(ids: readonly string[]): Promise<void> {
    const client = new KeepAliveClient(this.tenant.target);
    const data = { schemas: [PATCH], Operations: [{ op: 'replace', value: { active: false } }] };
    for (let i = 0; i < ids.length; i += AT_ONCE) {
      const some = ids.slice(i, i + AT_ONCE);
      await bulk(
        client,
        this.tenant,
        some.map((id) => ({ method: 'PATCH', path: `/Users/${id}`, data })),
      );
    }
    client.close();
  }

  /** Resolves when so many runs of the tenant are through. @throws UnexpectedAnswer when one has failed */
  async through(count: number): Promise<void> {
    await withClient(this.server.databaseUrl, async (client) => {
      for (let done = 0; done < count; await delay(LOOK_MS)) {
        const states = await runStates(client, this.tenant.id);
        done = states.done ?? 0;
        if (states.failed) throw new UnexpectedAnswer(`${states.failed} runs have failed.`);
      }
    });
  }
}

async function runStates(client: Client, tenantId: string): Promise<Partial<Record<string, number>>> {
  const { rows } = await client.query<{ state: string; n: number }>(
    `SELECT state, count(*)::int AS n FROM lifecycle_runs WHERE tenant_id = $1 GROUP BY state`,
    [tenantId],
  );
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
}

async function bulk(
  client: KeepAliveClient,
  { target }: Tenant,
  Operations: readonly object[],
): Promise<{ status: string; location: string }[]> {
  const { body } = await client.succeed('POST', `${target.base}/Bulk`, JSON.stringify({ schemas: [BULK], Operations }));
  const answers = (JSON.parse(body) as { Operations: { status: string; location: string }[] }).Operations;
  const failed = answers.find(({ status }) => !status.startsWith('2'));
  if (failed) throw new UnexpectedAnswer(`An operation of /Bulk was answered ${failed.status}.`);
  return answers;
}
