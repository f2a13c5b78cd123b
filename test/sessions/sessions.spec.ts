import { TenantDatabase } from '@provost/entities';
import { openPersonal } from '@provost/event-log';
import { Sessions } from '../../apps/api/src/sessions';
import { NOBODY, ResourcesServer, TIME } from '../resources/resources-server';
import type { Json } from '../scim/scim-client';
import { until } from '../support/until';

let app: ResourcesServer;
let tenantId: string;
beforeAll(async () => {
  app = await ResourcesServer.start({ ROLE: 'api' });
  const { rows } = await app.database.query<{ id: string }>(`SELECT id FROM tenants WHERE slug = 'default'`);
  tenantId = rows[0]!.id;
});
afterAll(() => app?.stop());

const FROM = { ip: '203.0.113.7', device: 'Mozilla/5.0 (X11)' };
const login = async (userId: string, more: object = {}) =>
  (await app.must(201, 'POST', '/sessions', { userId, ...FROM, success: true, ...more })) as Json & {
    id: string;
    token: string;
  };
const introspect = (token: string) => app.must(200, 'POST', '/sessions/introspect', { token });
const isGood = async (token: string) => (await introspect(token)).active;
const setActive = async (id: string, value: boolean) =>
  expect((await app.scim.patch(`/Users/${id}`, { op: 'replace', path: 'active', value })).status).toBe(200);
const sessionsOf = async (id: string) => (await app.must(200, 'GET', `/users/${id}/sessions`)).items as Json[];
const eventsOf = async (userId: string, prefix: string) =>
  (await app.events(prefix)).filter(({ subject_id }) => subject_id === userId);
const person = async () => (await app.scim.createdUser()).id;

describe('sessions (contract §6)', () => {
  it('begin with a login, and are told by their token', async () => {
    const user = await app.scim.createdUser();
    const session = await login(user.id);
    expect(session).toEqual({ id: expect.any(String), userId: user.id, token: expect.any(String), expiresAt: TIME });
    expect(session.token).toMatch(/^pvs_[A-Za-z0-9_-]{43}$/);
    expect(await introspect(session.token)).toEqual({
      active: true,
      sessionId: session.id,
      userId: user.id,
      userName: user.userName,
      createdAt: TIME,
      expiresAt: session.expiresAt,
    });
    const hours = (Date.parse(session.expiresAt as string) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(11.9);
    expect(hours).toBeLessThanOrEqual(12);
    expect(await sessionsOf(user.id)).toEqual([
      {
        ...{ id: session.id, userId: user.id, status: 'active', ...FROM },
        ...{ createdAt: TIME, expiresAt: session.expiresAt, revokedAt: null, revokedBecause: null },
      },
    ]);
  });

  it('begin for a userName in any case', async () => {
    const user = await app.scim.createdUser();
    const body = { userName: (user.userName as string).toUpperCase(), ip: '::1', success: true };
    const { token } = await app.must(201, 'POST', '/sessions', body);
    expect(await introspect(token as string)).toMatchObject({ active: true, userId: user.id });
  });

  it('keep no token, and no address in clear in the log', async () => {
    const userId = await person();
    const { id, token } = await login(userId);
    const { rows } = await app.database.query<{ text: string }>(
      `SELECT (SELECT string_agg(s::text, '') FROM sessions s) || (SELECT string_agg(e::text, '') FROM events e) AS text`,
    );
    expect(rows[0]!.text).not.toContain(token);
    const { rows: events } = await app.database.query<{ id: string; data: Json; sealed: Buffer; key: Buffer }>(
      `SELECT e.id, e.data, e.sealed, k.key FROM events e JOIN subject_keys k USING (tenant_id, subject_id)
       WHERE e.subject_id = $1 AND e.type = 'session.login'`,
      [userId],
    );
    expect(events.map(({ data }) => data)).toEqual([{ sessionId: id, expiresAt: TIME }]);
    expect(openPersonal(events[0]!.key, events[0]!.id, events[0]!.sealed)).toEqual(FROM);
    const clear = await app.database.query(
      `SELECT FROM events WHERE (context::text || coalesce(data::text, '')) LIKE '%203.0.113.7%'`,
    );
    expect(clear.rowCount).toBe(0);
  });

  it('end the moment that their user is deactivated, and none comes back', async () => {
    const userId = await person();
    const [before, other] = [await login(userId), await login(await person())];
    await setActive(userId, false);
    expect(await introspect(before.token)).toEqual({ active: false });
    expect((await sessionsOf(userId)).map(({ status }) => status)).toEqual(['ended']);
    await setActive(userId, true);
    expect(await isGood(before.token)).toBe(false);
    const after = await login(userId);
    expect(await isGood(after.token)).toBe(true);
    expect((await sessionsOf(userId)).map(({ id, status }) => [id, status])).toEqual([
      [after.id, 'active'],
      [before.id, 'ended'],
    ]);
    await setActive(userId, false);
    await setActive(userId, true);
    expect(await isGood(after.token)).toBe(false);
    expect(await isGood(other.token)).toBe(true);
  });

  it('outlive every change that deactivates nobody', async () => {
    const userId = await person();
    const { token } = await login(userId);
    await app.scim.patch(`/Users/${userId}`, { op: 'replace', path: 'displayName', value: 'Ava' });
    await setActive(userId, true);
    expect(await isGood(token)).toBe(true);
  });

  it('end by whatever way a user is deactivated or deleted', async () => {
    const ways: [string, (user: Json & { id: string }) => Promise<unknown>][] = [
      ['PUT', ({ id, userName }) => app.scim.scim('PUT', `/Users/${id}`, app.scim.user({ userName, active: false }))],
      ['DELETE', ({ id }) => app.scim.scim('DELETE', `/Users/${id}`)],
      ['SQL', ({ id }) => app.database.query(`UPDATE users SET active = false WHERE id = $1`, [id])],
    ];
    for (const [, end] of ways) {
      const user = await app.scim.createdUser();
      const { token } = await login(user.id);
      await end(user);
      expect(await introspect(token)).toEqual({ active: false });
      expect((await sessionsOf(user.id)).map(({ status }) => status)).toEqual(['ended']);
    }
  });

  it('never stand for a user who is deactivated while they log in', async () => {
    for (let round = 0; round < 20; round++) {
      const userId = await person();
      const tokens: string[] = [];
      const attempts = Array.from({ length: 4 }, async () => {
        const answer = await app.send('POST', '/sessions', { userId, ip: '::1', success: true });
        expect([201, 403]).toContain(answer.status);
        if (answer.status === 201) tokens.push(answer.body.token as string);
      });
      await Promise.all([...attempts, setActive(userId, false)]);
      for (const token of tokens) expect(await isGood(token)).toBe(false);
      await setActive(userId, true);
      for (const token of tokens) expect(await isGood(token)).toBe(false);
    }
  });

  it('end at their time', async () => {
    const userId = await person();
    const { token } = await login(userId, { expiresAt: new Date(Date.now() + 400).toISOString() });
    expect(await isGood(token)).toBe(true);
    await until('it expires', async () => !(await isGood(token)));
    expect((await sessionsOf(userId)).map(({ status }) => status)).toEqual(['expired']);
  });

  it('end when they are revoked, once', async () => {
    const userId = await person();
    const [one, two] = [await login(userId), await login(userId)];
    await app.must(204, 'DELETE', `/sessions/${one.id}`);
    await app.must(204, 'DELETE', `/sessions/${one.id}`);
    expect([await isGood(one.token), await isGood(two.token)]).toEqual([false, true]);
    expect((await sessionsOf(userId)).map(({ status, revokedAt }) => [status, revokedAt])).toEqual([
      ['active', null],
      ['revoked', TIME],
    ]);
    const events = await eventsOf(userId, 'session.revoked');
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      data: { sessionId: one.id, reason: 'revoked' },
      context: { actor: { type: 'app' } },
    });
    for (const unknown of [NOBODY, 'x', '%00']) await app.must(404, 'DELETE', `/sessions/${unknown}`);
  });

  it('are listed page by page, the newest first', async () => {
    const userId = await person();
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.unshift((await login(userId)).id);
    expect((await app.all(`/users/${userId}/sessions`, 2)).map(({ id }) => id)).toEqual(ids);
    expect(await sessionsOf(await person())).toEqual([]);
    for (const unknown of [NOBODY, 'x', '%00']) await app.must(404, 'GET', `/users/${unknown}/sessions`);
  });

  it('are of one tenant, and for whom they are', async () => {
    const userId = await person();
    const { id, token } = await login(userId);
    await app.scim.api('POST', '/tenants', { slug: 'other', name: 'Other' });
    const other = { authorization: `Bearer ${app.scim.server.operatorToken}`, 'x-tenant': 'other' };
    expect(await app.must(200, 'POST', '/sessions/introspect', { token }, other)).toEqual({ active: false });
    await app.must(404, 'DELETE', `/sessions/${id}`, undefined, other);
    await app.must(404, 'GET', `/users/${userId}/sessions`, undefined, other);
    await app.must(404, 'POST', '/sessions', { userId, ip: '::1', success: true }, other);
    await app.must(200, 'GET', `/users/${userId}/sessions`, undefined, app.as('auditor'));
    await app.must(403, 'POST', '/sessions', {}, app.as('auditor'));
    await app.must(403, 'POST', '/sessions/introspect', { token }, app.as('auditor'));
    await app.must(403, 'DELETE', `/sessions/${id}`, undefined, app.as('auditor'));
    await app.must(401, 'GET', `/users/${userId}/sessions`, undefined, { authorization: `Bearer ${token}` });
    expect(await isGood(token)).toBe(true);
  });

  it.each(['', 'x', 'pvs_', `pvs_${'a'.repeat(43)}`, 'a\u0000b', '😀'])('say no to %j', async (token) => {
    expect(await introspect(token)).toEqual({ active: false });
  });

  const valid = { userId: NOBODY, ip: '::1', success: true };
  it.each<[string, object, string[]]>([
    ['nothing', {}, ['/ip', '/success']],
    ['nobody', { ip: '::1', success: true }, ['/userId']],
    ['two names', { ...valid, userName: 'x' }, ['/userName']],
    ['no address', { ...valid, ip: '1' }, ['/ip']],
    ['wrong types', { userId: 1, ip: {}, success: 'true', device: [] }, ['/userId', '/ip', '/device', '/success']],
    ['what cannot be stored', { ...valid, device: 'a\u0000' }, ['/device']],
    ['an end that has passed', { ...valid, expiresAt: '2020-01-01T00:00:00Z' }, ['/expiresAt']],
    ['an unknown member', { ...valid, token: 'x' }, ['/token']],
  ])('refuse %s', async (_, body, pointers) => {
    expect(await app.faults(400, 'POST', '/sessions', body)).toEqual(pointers);
  });
});

describe('login attempts (contract §6)', () => {
  const failures = async () =>
    (await app.events('auth.failed')).map(({ subject_id, data }) => [subject_id, data.reason]);

  it('that failed are recorded, and begin nothing', async () => {
    const userId = await person();
    const answer = await app.must(201, 'POST', '/sessions', { userId, ...FROM, success: false });
    expect(answer).toEqual({ id: expect.any(String) });
    const { rows } = await app.database.query<Json>(`SELECT type, subject_id, data FROM events WHERE id = $1`, [
      answer.id,
    ]);
    expect(rows).toEqual([{ type: 'auth.failed', subject_id: userId, data: { reason: 'refused_by_app' } }]);
    expect((await eventsOf(userId, 'auth.failed'))[0]!.sealed).toBe(true);
    expect(await sessionsOf(userId)).toEqual([]);
  });

  it('of a deactivated or unknown user are refused and recorded', async () => {
    const userId = await person();
    await setActive(userId, false);
    await app.must(403, 'POST', '/sessions', { userId, ip: '::1', success: true });
    await app.must(404, 'POST', '/sessions', { userId: NOBODY, ip: '::1', success: true });
    await app.must(404, 'POST', '/sessions', { userName: 'hunter2', ip: '::1', success: true });
    await app.must(201, 'POST', '/sessions', { userName: 'hunter2', ip: '::1', success: false });
    expect((await failures()).slice(-4)).toEqual([
      [userId, 'user_inactive'],
      [tenantId, 'user_unknown'],
      [tenantId, 'user_unknown'],
      [tenantId, 'user_unknown'],
    ]);
    const { rowCount } = await app.database.query(`SELECT FROM events e WHERE e::text LIKE '%hunter2%'`);
    expect(rowCount).toBe(0);
  });
});

describe('for the lifecycle, sessions', () => {
  const db = () => app.scim.server.app.get(TenantDatabase);
  const sessions = () => app.scim.server.app.get(Sessions);
  const revokeAll = (userId: string, at: Date) =>
    db().transaction({ tenantId }, (tx) => sessions().revokeAll(tx, tenantId, userId, 'user_deactivated', at));

  it('are revoked all at once, each once, with their events', async () => {
    const userId = await person();
    const [one, two] = [await login(userId), await login(userId)];
    await app.must(204, 'DELETE', `/sessions/${one.id}`);
    await setActive(userId, false);
    const at = new Date();
    expect(await revokeAll(userId, at)).toEqual([{ id: two.id, userId, revokedAt: at }]);
    expect(await revokeAll(userId, new Date())).toEqual([]);
    expect((await eventsOf(userId, 'session.revoked')).map(({ data }) => data)).toEqual([
      { sessionId: one.id, reason: 'revoked' },
      { sessionId: two.id, reason: 'user_deactivated' },
    ]);
    expect((await sessionsOf(userId))[0]).toMatchObject({ status: 'revoked', revokedBecause: 'user_deactivated' });
  });

  it('are revoked of many users in one statement', async () => {
    const users = [await person(), await person(), await person()];
    const begun = [await login(users[0]!), await login(users[1]!), await login(users[1]!), await login(users[2]!)];
    const at = [new Date(), new Date(Date.now() + 1)];
    const wanted = [0, 1].map((i) => ({ userId: users[i]!, at: at[i]! }));
    const revoked = await db().transaction({ tenantId }, (tx) =>
      sessions().revokeAllOf(tx, tenantId, wanted, 'user_deactivated'),
    );
    expect(revoked).toEqual([0, 1, 1].map((i, n) => ({ id: begun[n]!.id, userId: users[i], revokedAt: at[i] })));
    expect(await isGood(begun[3]!.token)).toBe(true);
  });

  it('that began after the user was let in again stay', async () => {
    const userId = await person();
    const before = await login(userId);
    await setActive(userId, false);
    const at = new Date(Date.now() - 60_000);
    await setActive(userId, true);
    const after = await login(userId);
    // A clock that is behind does not save what the deactivation ended.
    expect((await revokeAll(userId, at)).map(({ id }) => id)).toEqual([before.id]);
    expect(await isGood(after.token)).toBe(true);
  });

  it('are neither revoked nor told of when the transaction fails', async () => {
    const userId = await person();
    const { token } = await login(userId);
    const failed = db().transaction({ tenantId }, async (tx) => {
      await sessions().revokeAll(tx, tenantId, userId, 'test', new Date());
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(await isGood(token)).toBe(true);
    expect(await eventsOf(userId, 'session.revoked')).toEqual([]);
  });

  it('are erased with the person', async () => {
    const userId = await person();
    const { token } = await login(userId);
    await login(userId);
    const erase = () => db().transaction({ tenantId }, (tx) => sessions().erase(tx, tenantId, userId));
    expect([await erase(), await erase()]).toEqual([2, 0]);
    expect(await isGood(token)).toBe(false);
    expect(await sessionsOf(userId)).toEqual([]);
  });

  it('are forgotten a month after their end, by a job', async () => {
    const userId = await person();
    const [old, fresh] = [await login(userId), await login(userId)];
    await app.database.query(`UPDATE sessions SET expires_at = now() - interval '31 days' WHERE id = $1`, [old.id]);
    const { result } = await app.must(200, 'POST', '/jobs/session-cleanup/run', undefined, app.as('admin'));
    expect(result).toEqual({ forgotten: 1 });
    expect((await sessionsOf(userId)).map(({ id }) => id)).toEqual([fresh.id]);
  });
});
