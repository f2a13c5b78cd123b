import type { Product } from '../faults/product';
import { until } from '../support/until';
import { Receiver } from '../webhooks/receiver';
import type { Cluster, Json } from './cluster';

const RULES = {
  user_removal: { trigger: 'user_deactivated_in_okta', actions: ['revoke_taskade_access', 'notify_team_members'] },
};
/** Tests that two API processes and a worker behave as one would. @param running the cluster, when the tests run */
export function actsAsOne(running: () => Cluster): void {
  let cluster: Cluster;
  let one: Product;
  let two: Product;
  const receivers: Receiver[] = [];
  beforeAll(() => {
    cluster = running();
    [one, two] = cluster.apis as [Product, Product];
  });
  afterAll(async () => {
    for (const receiver of receivers) await receiver.stop();
  });

  const status = async (to: Product, token: string, path = '/scim/v2/Users?count=0') =>
    (await cluster.send('GET', path, { token, to })).status;
  const evaluate = async (to: Product, id: string, permission: string) =>
    (
      await cluster.must(
        200,
        'POST',
        '/access/v1/evaluation',
        { subject: { type: 'user', id }, action: { name: permission }, resource: { type: 'app', id: 'main' } },
        to,
      )
    ).decision;
  const runsOf = async (id: string) =>
    (await cluster.must(200, 'GET', `/api/v1/lifecycle/runs?userId=${id}`)).items as Json[];
  /** How often each type stands in the log about somebody. */
  const events = async (id: string): Promise<Record<string, number>> => {
    const { rows } = await cluster.sql.query<{ type: string; times: number }>(
      'SELECT type, count(*)::int AS times FROM events WHERE subject_id = $1 GROUP BY type',
      [id],
    );
    return Object.fromEntries(rows.map(({ type, times }) => [type, times]));
  };

  it('one of the processes made the first tokens, and a worker answers for its health alone', async () => {
    expect(cluster.scimToken).toMatch(/^pv/);
    const printed = [...cluster.apis, ...cluster.workers].filter(({ stdout }) => /SCIM token/.test(stdout));
    expect(printed).toHaveLength(1);
    const [worker] = cluster.workers as [Product];
    expect(await status(worker, cluster.scimToken, '/health/ready')).toBe(200);
    expect(await status(worker, cluster.scimToken)).toBe(404);
  });

  describe('what one process was told holds in the other', () => {
    it('a credential that was revoked is refused from the next request on', async () => {
      for (let round = 0; round < 5; round++) {
        const { id, token } = await cluster.credential('scim', one);
        expect([await status(one, token), await status(two, token)]).toEqual([200, 200]);
        await cluster.must(204, 'DELETE', `/api/v1/credentials/${id}`, undefined, one);
        expect([await status(two, token), await status(one, token)]).toEqual([401, 401]);
      }
    });

    it('so is a secret that was replaced without an overlap, and one with an overlap works on', async () => {
      const { id, token } = await cluster.credential('scim', one);
      let live = token;
      for (const to of [one, two, one]) {
        const elsewhere = to === one ? two : one;
        expect([await status(one, live), await status(two, live)]).toEqual([200, 200]);
        const path = `/api/v1/credentials/${id}/rotate`;
        const beside = (await cluster.must(200, 'POST', path, { overlap: 'PT1H' }, to)).token as string;
        expect([await status(elsewhere, live), await status(elsewhere, beside)]).toEqual([200, 200]);
        const next = (await cluster.must(200, 'POST', path, {}, to)).token as string;
        expect([await status(elsewhere, live), await status(elsewhere, beside)]).toEqual([401, 401]);
        live = next;
      }
      await cluster.must(204, 'DELETE', `/api/v1/credentials/${id}`, undefined, one);
      expect([await status(one, live), await status(two, live)]).toEqual([401, 401]);
    });

    it('so is that of an app, as soon as the other has heard of it: within milliseconds', async () => {
      const waits: number[] = [];
      for (let round = 0; round < 5; round++) {
        const { id, token } = await cluster.credential('app', one);
        const path = '/api/v1/users?limit=1';
        expect([await status(one, token, path), await status(two, token, path)]).toEqual([200, 200]);
        await cluster.must(204, 'DELETE', `/api/v1/credentials/${id}`, undefined, one);
        const revoked = performance.now();
        await until('the other refuses it', async () => (await status(two, token, path)) === 401, 1_000);
        waits.push(performance.now() - revoked);
      }
      process.stderr.write(
        `    an app's revoked token was refused elsewhere after ${waits.map(Math.round).join(', ')} ms\n`,
      );
    });

    it('the SCIM switch', async () => {
      expect(await status(two, cluster.scimToken)).toBe(200);
      await cluster.must(200, 'PATCH', '/api/v1/tenant', { scim: { enabled: false } }, one);
      expect(await status(two, cluster.scimToken)).toBe(403);
      await cluster.must(200, 'PATCH', '/api/v1/tenant', { scim: { enabled: true } }, two);
      expect(await status(one, cluster.scimToken)).toBe(200);
    });

    it('a document that was put, and its version', async () => {
      const person = await cluster.person({}, one);
      await cluster.group('pilots', [person], two);
      let version = 0;
      for (const permission of ['fly', 'land', 'taxi']) {
        const document = { pilots: { taskade_role: 'user', permissions: [permission] } };
        const put = await cluster.send('PUT', '/api/v1/config/group_mappings', {
          body: document,
          to: version % 2 ? two : one,
          headers: { 'if-match': `"${version}"` },
        });
        expect(put).toMatchObject({ status: 200, body: { version: ++version } });
        const answers = await Promise.all([one, two].map((to) => evaluate(to, person, permission)));
        expect(answers).toEqual([true, true]);
      }
      expect(await evaluate(two, person, 'fly')).toBe(false);
      const late = { body: { pilots: { permissions: [] } }, to: two, headers: { 'if-match': '"1"' } };
      expect((await cluster.send('PUT', '/api/v1/config/group_mappings', late)).status).toBe(412);
    });

    it('a deactivation: access and sessions answer no at once', async () => {
      for (let round = 0; round < 5; round++) {
        const person = await cluster.person({}, one);
        await cluster.group(`crew-${round}`, [person], one);
        const mapping = { [`crew-${round}`]: { taskade_role: 'user', permissions: ['board'] } };
        await cluster.must(200, 'PUT', '/api/v1/config/group_mappings', mapping, two);
        const session = { userId: person, ip: '203.0.113.7', success: true };
        const { token } = await cluster.must(201, 'POST', '/api/v1/sessions', session, two);
        const introspect = async () =>
          (await cluster.must(200, 'POST', '/api/v1/sessions/introspect', { token }, two)).active;
        expect([await evaluate(two, person, 'board'), await introspect()]).toEqual([true, true]);
        await cluster.setActive(person, false, one);
        expect(await Promise.all([evaluate(two, person, 'board'), introspect()])).toEqual([false, false]);
      }
    });

    it('a limit of requests, which is one for both together', async () => {
      const limited = { kind: 'scim', name: 'limited', rateLimit: { requests: 20, window: 'PT10M' } };
      const { token } = (await cluster.must(201, 'POST', '/api/v1/credentials', limited, one)) as { token: string };
      const ask = (to: Product) => cluster.send('GET', '/scim/v2/Users?count=0', { token, to });
      const answers = await Promise.all(Array.from({ length: 30 }, () => [ask(one), ask(two)]).flat());
      const passed = answers.filter((answer) => answer.status === 200).length;
      // One comes back every half minute.
      expect(passed).toBeLessThanOrEqual(21);
      expect(passed).toBeGreaterThan(10);
      for (const to of [one, two]) {
        const refused = await ask(to);
        expect([refused.status, refused.headers.get('retry-after')]).toEqual([
          429,
          expect.stringMatching(/^[1-9]\d*$/),
        ]);
      }
    });

    it('a token by OAuth, until its client is deleted', async () => {
      const client = await cluster.must(201, 'POST', '/api/v1/credentials', { kind: 'oauth', name: 'Entra' }, one);
      const basic = Buffer.from(`${client.clientId as string}:${client.clientSecret as string}`).toString('base64');
      const granted = await fetch(`${one.root}/oauth/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
        body: 'grant_type=client_credentials',
      });
      const { access_token: token } = (await granted.json()) as { access_token: string };
      expect([await status(two, token), await status(one, token)]).toEqual([200, 200]);
      await cluster.must(204, 'DELETE', `/api/v1/credentials/${client.id as string}`, undefined, two);
      expect([await status(one, token), await status(two, token)]).toEqual([401, 401]);
    });

    it('ETags: of two that change the same version in two processes, one is told to read again', async () => {
      const id = await cluster.person();
      const { version } = (await cluster.must(200, 'GET', `/scim/v2/Users/${id}`)).meta as { version: string };
      const body = {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
        Operations: [{ op: 'replace', path: 'title', value: 'x' }],
      };
      const both = await Promise.all(
        [one, two].map((to) =>
          cluster.send('PATCH', `/scim/v2/Users/${id}`, {
            body,
            to,
            token: cluster.scimToken,
            headers: { 'if-match': version },
          }),
        ),
      );
      expect(both.map((answer) => answer.status).sort()).toEqual([200, 412]);
    });
  });

  describe('lists', () => {
    const PEOPLE = 37;
    let token: string;
    const as = { 'x-tenant': 'walked' };
    beforeAll(async () => {
      await cluster.must(201, 'POST', '/api/v1/tenants', { slug: 'walked', name: 'Walked' });
      const made = await cluster.send('POST', '/api/v1/credentials', {
        body: { kind: 'scim', name: 'walk' },
        headers: as,
      });
      token = made.body.token as string;
      for (let i = 0; i < PEOPLE; i++) await create(i);
    });
    const create = async (i: number) => {
      const body = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: `walker-${i}@example.com` };
      expect((await cluster.send('POST', '/scim/v2/Users', { token, body })).status).toBe(201);
    };
    const page = async (query: string) => (await cluster.send('GET', `/scim/v2/Users?${query}`, { token })).body;

    it('a walk by startIndex whose pages come from both, with people leaving behind it, misses nobody', async () => {
      const seen = new Map<string, number>();
      let total = Infinity;
      for (let startIndex = 1; startIndex <= total;) {
        const { Resources, totalResults } = (await page(`startIndex=${startIndex}&count=5`)) as {
          Resources: { id: string; userName: string }[];
          totalResults: number;
        };
        for (const { userName } of Resources) seen.set(userName, (seen.get(userName) ?? 0) + 1);
        total = totalResults;
        startIndex += Resources.length || 1;
        // Somebody whose page is over goes: an offset would now pass over one of the next page.
        const gone = Resources[0];
        if (gone) expect((await cluster.send('DELETE', `/scim/v2/Users/${gone.id}`, { token })).status).toBe(204);
      }
      expect(seen.size).toBe(PEOPLE);
      expect(new Set(seen.values())).toEqual(new Set([1]));
    });

    it('a cursor that one made is read by the other, in SCIM and outside', async () => {
      const names: string[] = [];
      let cursor = '';
      do {
        const { Resources, nextCursor } = (await page(`count=5&cursor=${cursor}`)) as {
          Resources: { userName: string }[];
          nextCursor?: string;
        };
        names.push(...Resources.map(({ userName }) => userName));
        cursor = nextCursor ?? '';
      } while (cursor);
      const ids: string[] = [];
      do {
        const { body } = await cluster.send('GET', `/api/v1/users?limit=5&cursor=${cursor}`, { headers: as });
        ids.push(...(body.items as { id: string }[]).map(({ id }) => id));
        cursor = (body.nextCursor as string | null) ?? '';
      } while (cursor);
      expect(new Set(names).size).toBe(names.length);
      expect(new Set(ids).size).toBe(names.length);
    });

    afterAll(() =>
      expect(Math.min(...cluster.apis.map(({ port }) => cluster.proxy.answered.get(port) ?? 0))).toBeGreaterThan(20),
    );
  });

  describe('what follows the log happens once, in the worker', () => {
    it('runs, webhooks and changes of roles, whichever process took the writes', async () => {
      const receiver = await Receiver.start();
      receivers.push(receiver);
      await cluster.must(201, 'POST', '/api/v1/webhooks', { url: receiver.url, events: ['user.*'] });
      await cluster.must(200, 'PUT', '/api/v1/config/deprovisioning_rules', RULES);
      await cluster.must(200, 'PUT', '/api/v1/config/group_mappings', {
        makers: { taskade_role: 'maker', permissions: [] },
      });
      const people = await Promise.all(Array.from({ length: 12 }, () => cluster.person()));
      const group = await cluster.group('makers');
      await Promise.all(
        people.map(async (person) => {
          await cluster.patch(`/Groups/${group}`, { op: 'add', path: 'members', value: [{ value: person }] });
          await cluster.setActive(person, false);
        }),
      );
      for (const person of people)
        await until('the run is done', async () => {
          const runs = await runsOf(person);
          expect(runs.length).toBeLessThan(2);
          return runs[0]?.status === 'done';
        });
      await until('all webhooks have arrived', () =>
        people.every((person) => receiver.typesOf(person).includes('user.deprovisioned')),
      );
      for (const person of people) {
        const types = receiver.typesOf(person);
        expect(types).toEqual([...new Set(types)]);
        expect(types[0]).toBe('user.created');
        const counted = await events(person);
        expect(counted).toMatchObject({ 'user.created': 1, 'user.deactivated': 1, 'user.deprovisioned': 1 });
      }
      // The role came with the group and went with the deactivation.
      await until('the changes of roles are told', async () => {
        const counts = await Promise.all(
          people.map(async (person) => (await events(person))['access.role_changed'] ?? 0),
        );
        expect(Math.max(...counts)).toBeLessThan(3);
        return counts.every((count) => count === 2);
      });
    });

    it('seals that all of them are told to make while writing goes on are one chain, which each of them verifies', async () => {
      const seal = (to: Product) => cluster.must(200, 'POST', '/api/v1/jobs/seal/run', undefined, to);
      await Promise.all(
        [one, two].flatMap((to) => [seal(to), cluster.person({}, to), cluster.person({}, to), seal(to)]),
      );
      await cluster.person({}, two);
      await Promise.all([seal(one), seal(two)]);
      for (const to of [one, two])
        expect(await cluster.must(200, 'GET', '/api/v1/audit/verify', undefined, to)).toMatchObject({ ok: true });
      const { rows } = await cluster.sql.query<{ seals: number; highest: number; sealed: number; all: number }>(
        `SELECT count(*)::int AS seals, max(number) AS highest, sum(count)::int AS sealed,
         (SELECT count(*)::int FROM events e WHERE e.tenant_id = s.tenant_id AND e.seq <= max(s.last_seq)) AS all
       FROM audit_seals s JOIN tenants t ON t.id = s.tenant_id WHERE t.slug = 'default' GROUP BY s.tenant_id`,
      );
      const [chain] = rows;
      expect(chain!.seals).toBeGreaterThan(1);
      expect(chain).toMatchObject({ highest: chain!.seals, sealed: chain!.all });
    });

    it('a job that is run in both processes at the same time does its work once', async () => {
      const erase = { ...RULES, user_removal: { ...RULES.user_removal, retention_period: 'PT0.01S' } };
      await cluster.must(200, 'PUT', '/api/v1/config/deprovisioning_rules', erase);
      const people = await Promise.all(Array.from({ length: 8 }, () => cluster.person()));
      await Promise.all(people.map((person) => cluster.setActive(person, false)));
      for (const person of people)
        await until('the run is done', async () => (await runsOf(person))[0]?.status === 'done');
      const purge = (to: Product) => cluster.must(200, 'POST', '/api/v1/jobs/retention-purge/run', undefined, to);
      await until('everybody is gone', async () => {
        await Promise.all([purge(one), purge(two), purge(one), purge(two)]);
        const { rows } = await cluster.sql.query('SELECT FROM users WHERE id = ANY($1)', [people]);
        return rows.length === 0;
      });
      for (const person of people) expect(await events(person)).toMatchObject({ 'user.purged': 1 });
    });
  });
}
