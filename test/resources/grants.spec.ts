import { openPersonal } from '@provost/event-log';
import { ResourceReader } from '../../apps/api/src/resources';
import { ScimServer, type Json } from '../scim/scim-client';
import { until } from '../support/until';
import { NOBODY, ResourcesServer, TIME } from './resources-server';

let app: ResourcesServer;
let ava: string;
beforeAll(async () => {
  // The jobs run where a spec starts a worker.
  app = await ResourcesServer.start({ ROLE: 'api' });
  ava = (await app.scim.createdUser()).id;
  await app.must(201, 'PUT', '/workspaces/eu', { name: 'EU' });
});
afterAll(() => app?.stop());

const soon = (ms: number) => new Date(Date.now() + ms).toISOString();
const HOUR = 3_600_000;
const granted = async (more: object = {}): Promise<Json & { id: string }> => {
  const body = { userId: ava, role: 'admin', expiresAt: soon(HOUR), reason: 'audit week', ...more };
  return (await app.must(201, 'POST', '/grants', body)) as Json & { id: string };
};
const eventsOf = async (id: string) => (await app.events('access.grant_')).filter(({ data }) => data.grantId === id);
const namesOf = async (id: string) => (await eventsOf(id)).map(({ type }) => type.slice('access.grant_'.length));
const statusOf = async (id: string) => (await app.must(200, 'GET', `/grants/${id}`)).status;
const run = () => app.must(200, 'POST', '/jobs/grant-expiry/run', undefined, app.as('admin'));

describe('grants (contract §6)', () => {
  it('are given for a time, and recorded', async () => {
    const expiresAt = soon(HOUR);
    const body = { userId: ava, permission: 'export', workspace: 'eu', expiresAt, reason: 'for Eve’s absence' };
    const grant = await app.must(201, 'POST', '/grants', body, app.as('admin'));
    expect(grant).toEqual({
      ...body,
      id: expect.any(String),
      role: null,
      startsAt: null,
      status: 'running',
      createdAt: TIME,
      createdBy: { type: 'admin', id: expect.any(String), name: 'spec' },
      revokedAt: null,
    });
    expect(await app.must(200, 'GET', `/grants/${grant.id as string}`)).toEqual(grant);
    const [event, ...more] = await eventsOf(grant.id as string);
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      type: 'access.grant_created',
      subject_id: ava,
      data: { role: null, permission: 'export', workspace: 'eu', startsAt: null, expiresAt },
      context: { actor: { type: 'admin' } },
    });
    // Why it was given may be about people: it is erased with the person.
    const { rows } = await app.database.query<{ id: string; sealed: Buffer; key: Buffer; data: Json }>(
      `SELECT e.id, e.sealed, k.key FROM events e JOIN subject_keys k USING (tenant_id, subject_id)
       WHERE e.data->>'grantId' = $1`,
      [grant.id],
    );
    expect(openPersonal(rows[0]!.key, rows[0]!.id, rows[0]!.sealed)).toEqual({ reason: body.reason });
  });

  it('are scheduled, running, ended or revoked', async () => {
    const [later, running, revoked, short] = await Promise.all([
      granted({ startsAt: soon(HOUR / 2) }),
      granted({ startsAt: soon(-HOUR) }),
      granted(),
      granted({ expiresAt: soon(300) }),
    ]);
    expect([later, running, revoked].map(({ status }) => status)).toEqual(['scheduled', 'running', 'running']);
    await app.must(204, 'DELETE', `/grants/${revoked!.id}`);
    await until('it ends', async () => (await statusOf(short!.id)) === 'ended');
    expect(await app.must(200, 'GET', `/grants/${revoked!.id}`)).toMatchObject({ status: 'revoked', revokedAt: TIME });
    const all = new Set([later, running, revoked, short].map(({ id }) => id));
    for (const [status, id] of [
      ['scheduled', later!.id],
      ['running', running!.id],
      ['revoked', revoked!.id],
      ['ended', short!.id],
    ]) {
      const listed = await app.all(`/grants?userId=${ava}&status=${status}`, 2);
      expect(listed.filter((grant) => all.has(grant.id as string)).map((grant) => grant.id)).toEqual([id]);
      expect(new Set(listed.map((grant) => grant.status))).toEqual(new Set([status]));
    }
    const reader = app.scim.server.app.get(ResourceReader);
    const { rows } = await app.database.query<{ id: string }>(`SELECT id FROM tenants WHERE slug = 'default'`);
    const mine = (await reader.grantsOf(rows[0]!.id, [ava, NOBODY])).get(ava)!.filter(({ id }) => all.has(id));
    expect(mine.map(({ id }) => id).sort()).toEqual([later!.id, running!.id].sort());
  });

  it('end when they are revoked, once', async () => {
    const { id } = await granted();
    expect(await app.send('DELETE', `/grants/${id}`)).toMatchObject({ status: 204, text: '' });
    const first = await app.must(200, 'GET', `/grants/${id}`);
    await app.must(204, 'DELETE', `/grants/${id}`);
    expect(await app.must(200, 'GET', `/grants/${id}`)).toEqual(first);
    expect(await namesOf(id)).toEqual(['created', 'revoked']);
    for (const unknown of [NOBODY, 'x', '%00']) {
      await app.must(404, 'DELETE', `/grants/${unknown}`);
      await app.must(404, 'GET', `/grants/${unknown}`);
    }
  });

  it('have ended for whoever was deleted from the directory', async () => {
    const gone = (await app.scim.createdUser()).id;
    const { id } = await granted({ userId: gone });
    await app.scim.scim('DELETE', `/Users/${gone}`);
    expect(await statusOf(id)).toBe('ended');
    expect((await app.all(`/grants?userId=${gone}&status=ended`, 5)).map((grant) => grant.id)).toEqual([id]);
    expect(await app.all(`/grants?userId=${gone}&status=running`, 5)).toEqual([]);
  });

  const valid = { userId: NOBODY, role: 'admin', expiresAt: soon(HOUR), reason: 'x' };
  it.each<[string, object, string[]]>([
    ['nothing', {}, ['/userId', '/expiresAt', '/reason']],
    ['neither a role nor a permission', { ...valid, role: undefined }, ['/userId', '/role']],
    ['both', { ...valid, permission: 'x' }, ['/userId', '/permission']],
    ['an unknown user and workspace', { ...valid, workspace: 'none' }, ['/userId', '/workspace']],
    ['a time that has passed', { ...valid, expiresAt: soon(-1000) }, ['/expiresAt']],
    ['a start behind the end', { ...valid, startsAt: soon(2 * HOUR) }, ['/userId', '/expiresAt']],
    ['times that are none', { ...valid, startsAt: 'soon', expiresAt: 5 }, ['/startsAt', '/expiresAt']],
    ['an unknown member', { ...valid, rolle: 'x' }, ['/rolle']],
    [
      'wrong types',
      { userId: 1, role: {}, permission: [], workspace: 2, expiresAt: null, reason: 3 },
      [...['/userId', '/role', '/permission', '/workspace', '/expiresAt', '/reason']],
    ],
    ['a reason that cannot be stored', { ...valid, reason: 'a\u0000' }, ['/reason']],
    ['an empty reason', { ...valid, reason: '' }, ['/reason']],
  ])('refuse %s', async (_, body, pointers) => {
    expect(await app.faults(400, 'POST', '/grants', body)).toEqual(pointers);
  });

  it('are listed page by page, the oldest first', async () => {
    const userId = (await app.scim.createdUser()).id;
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.push((await granted({ userId })).id);
    expect((await app.all(`/grants?userId=${userId}`, 2)).map(({ id }) => id)).toEqual(ids);
    expect(await app.faults(400, 'GET', '/grants?status=gone')).toEqual(['/status']);
    expect(await app.faults(400, 'GET', '/grants?userId=x')).toEqual(['/userId']);
    expect(await app.faults(400, 'GET', '/grants?cursor=x')).toEqual(['/cursor']);
  });

  it('are given by operators, administrators and the app, and read by auditors too', async () => {
    const { id } = await granted();
    await app.must(200, 'GET', `/grants/${id}`, undefined, app.as('auditor'));
    await app.must(200, 'GET', '/grants', undefined, app.as('auditor'));
    await app.must(403, 'POST', '/grants', {}, app.as('auditor'));
    await app.must(403, 'DELETE', `/grants/${id}`, undefined, app.as('auditor'));
    await app.scim.api('POST', '/tenants', { slug: 'other', name: 'Other' });
    const other = { authorization: `Bearer ${app.scim.server.operatorToken}`, 'x-tenant': 'other' };
    await app.must(404, 'GET', `/grants/${id}`, undefined, other);
    await app.must(404, 'DELETE', `/grants/${id}`, undefined, other);
    expect((await app.must(200, 'GET', '/grants', undefined, other)).items).toEqual([]);
    await app.must(400, 'POST', '/grants', { ...valid, userId: ava }, other);
  });
});

describe('the job grant-expiry (contract §7)', () => {
  it('records by hand what began and ended, once', async () => {
    await run();
    const both = await granted({ startsAt: soon(200), expiresAt: soon(400) });
    const starts = await granted({ startsAt: soon(200) });
    const revoked = await granted({ expiresAt: soon(400) });
    await app.must(204, 'DELETE', `/grants/${revoked.id}`);
    await until('both have ended', async () => (await statusOf(both.id)) === 'ended');
    expect(await namesOf(both.id)).toEqual(['created']);
    const reports = await Promise.all([run(), run(), run()]);
    const sum = (name: string) => reports.reduce((n, { result }) => n + (result as Record<string, number>)[name]!, 0);
    expect([sum('started'), sum('expired')]).toEqual([2, 1]);
    expect(reports[0]).toMatchObject({ job: 'grant-expiry', startedAt: TIME, finishedAt: TIME });
    expect(await namesOf(both.id)).toEqual(['created', 'started', 'expired']);
    expect(await namesOf(starts.id)).toEqual(['created', 'started']);
    expect(await namesOf(revoked.id)).toEqual(['created', 'revoked']);
    const [created, , expired] = await eventsOf(both.id);
    expect(expired).toMatchObject({ subject_id: ava, data: created!.data, context: { actor: { type: 'system' } } });
  });

  it('is for operators and administrators, and known by name', async () => {
    expect((await app.must(404, 'POST', '/jobs/none/run', undefined, app.as('admin'))).detail).toMatch(/grant-expiry/);
    for (const kind of ['app', 'auditor'] as const)
      await app.must(403, 'POST', '/jobs/grant-expiry/run', undefined, app.as(kind));
    const operator = { authorization: `Bearer ${app.scim.server.operatorToken}` };
    await app.must(200, 'POST', '/jobs/grant-expiry/run', undefined, operator);
  });

  it('runs by itself in every worker, in time and each thing once', async () => {
    const environment = { ROLE: 'worker', DATABASE_URL: app.scim.server.databaseUrl };
    const workers = await Promise.all([ScimServer.start(environment), ScimServer.start(environment)]);
    try {
      const grants = await Promise.all(
        Array.from({ length: 12 }, (_, i) => granted({ startsAt: soon(3_000), expiresAt: soon(4_500 + i * 10) })),
      );
      for (const { id } of grants) await until('it is recorded', async () => (await namesOf(id)).includes('expired'));
      expect((await run()).result).toEqual({ started: 0, expired: 0 });
      for (const { id } of grants) expect(await namesOf(id)).toEqual(['created', 'started', 'expired']);
      const { rows } = await app.database.query<{ late: number }>(
        `SELECT max(extract(epoch FROM e.occurred_at - g.expires_at))::float8 AS late FROM events e
         JOIN grants g ON g.id::text = e.data->>'grantId' WHERE e.type = 'access.grant_expired' AND g.id = ANY($1)`,
        [grants.map(({ id }) => id)],
      );
      expect(rows[0]!.late).toBeLessThan(10);
      expect(rows[0]!.late).toBeGreaterThanOrEqual(0);
    } finally {
      await Promise.all(workers.map((worker) => worker.stop()));
    }
  });
});
