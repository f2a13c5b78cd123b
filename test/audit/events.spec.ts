import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { uuidV7 } from '@provost/entities';
import { bearer, type Json, PATCH_OP } from '../scim/scim-client';
import { NOBODY, ResourcesServer, TIME } from '../resources/resources-server';

let app: ResourcesServer;
let tenantId: string;

beforeAll(async () => {
  app = await ResourcesServer.start({ LOG_LEVEL: 'fatal' });
  const { rows } = await app.database.query<{ id: string }>(`SELECT id FROM tenants WHERE slug = 'default'`);
  tenantId = rows[0]!.id;
});
afterAll(() => app.stop());

const list = (query: string) => app.must(200, 'GET', `/audit/events${query}`, undefined, app.as('auditor'));
const items = async (query: string) => (await list(query)).items as Json[];
const types = async (query: string) => (await items(query)).map(({ type }) => type);

/** Walks page by page. @returns the sequences */
async function walk(query: string, limit: number): Promise<number[]> {
  const seen: number[] = [];
  for (let cursor = ''; ;) {
    const page = await list(`?limit=${limit}${query}${cursor}`);
    seen.push(...(page.items as { sequence: number }[]).map(({ sequence }) => sequence));
    if (page.nextCursor === null) return seen;
    cursor = `&cursor=${String(page.nextCursor)}`;
  }
}

/** As some write path would: a row in the log. */
async function append(client: Client, about: { type?: string; group?: string; at?: string; actor?: string } = {}) {
  const context = { actor: { type: 'admin', id: about.actor ?? 'somebody' }, request: { id: 'r' } };
  const { rows } = await client.query<{ seq: string; id: string }>(
    `INSERT INTO events (tenant_id, id, occurred_at, type, subject_type, subject_id, group_id, context)
     VALUES ($1, uuid_v7(), coalesce($2::timestamptz, now()), $3, 'User', uuid_v7(), $4, $5) RETURNING seq, id`,
    [tenantId, about.at ?? null, about.type ?? 'user.updated', about.group ?? null, JSON.stringify(context)],
  );
  return rows[0]!;
}

describe('the list of events', () => {
  it('shows who did what to whom through which request, and what differs', async () => {
    const user = await app.scim.createdUser({ userName: 'ava@corp.example', title: 'Engineer' });
    const patch = { schemas: [PATCH_OP], Operations: [{ op: 'replace', path: 'title', value: 'Director' }] };
    await app.scim.scim('PATCH', `/Users/${user.id}`, patch, { 'x-request-id': 'my-request', 'user-agent': 'Okta' });
    const [event, created] = await items(`?userId=${user.id}`);
    expect(event).toEqual({
      id: expect.any(String),
      sequence: expect.any(Number),
      time: TIME,
      category: 'provisioning',
      type: 'user.updated',
      outcome: 'success',
      actor: { type: 'scim', id: expect.any(String), name: 'first start' },
      subject: { type: 'User', id: user.id, name: 'ava@corp.example' },
      groupId: null,
      changes: [{ path: 'title', from: 'Engineer', to: 'Director' }],
      details: {},
      request: { id: 'my-request', ip: expect.any(String), client: 'Okta' },
    });
    expect(created).toMatchObject({ type: 'user.created', subject: { id: user.id } });
    expect(await app.must(200, 'GET', `/audit/events/${String(event!.id)}`, undefined, app.as('admin'))).toEqual(event);
  });

  it('is narrowed by type, pattern, category, group, actor and time, and by all together', async () => {
    const [group, actor] = [uuidV7(), `admin ${uuidV7()}`];
    const mine = [
      await append(app.database, { type: 'group.member_added', group, actor, at: '2031-05-01T10:00:00Z' }),
      await append(app.database, { type: 'group.updated', group, actor, at: '2031-05-02T10:00:00Z' }),
      await append(app.database, { type: 'config.changed', actor, at: '2031-05-03T10:00:00Z' }),
    ];
    const [added, updated, changed] = ['group.member_added', 'group.updated', 'config.changed'];
    expect(await types(`?groupId=${group}`)).toEqual([updated, added]);
    expect(await types(`?actor=${encodeURIComponent(actor)}`)).toEqual([changed, updated, added]);
    expect(await types(`?actor=${encodeURIComponent(actor)}&type=group.*`)).toEqual([updated, added]);
    expect(await types(`?from=2031-05-01T10:00:00Z&to=2031-05-03`)).toEqual([updated, added]);
    expect(await types(`?category=access&from=2031-05-01&to=2031-06-01`)).toEqual([added]);
    expect(await types(`?category=system&type=group.*`)).toEqual([]);
    expect(await types(`?type=group.updated&groupId=${group}&from=2031-05-02`)).toEqual([updated]);
    const inOrder = await items(`?actor=${encodeURIComponent(actor)}&order=asc&type=*`);
    expect(inOrder.map(({ sequence }) => String(sequence))).toEqual(mine.map(({ seq }) => seq));
  });

  it('finds what somebody did in sealed batches as in what is not sealed yet, page by page, either way round', async () => {
    const actor = `admin-${uuidV7()}`;
    const seqs: number[] = [];
    for (let batch = 0; batch < 5; batch++) {
      for (const who of [actor, 'other', actor, actor]) {
        const { seq } = await append(app.database, { actor: who });
        if (who === actor) seqs.push(Number(seq));
      }
      if (batch < 4 && batch !== 1) await app.must(200, 'POST', '/jobs/seal/run', undefined, app.as('admin'));
    }
    for (const limit of [1, 2, 4, 100]) {
      expect(await walk(`&actor=${actor}&order=asc`, limit)).toEqual(seqs);
      expect(await walk(`&actor=${actor}`, limit)).toEqual([...seqs].reverse());
    }
    expect(await walk('&actor=nobody-at-all', 10)).toEqual([]);
  });

  it('says which parameter is wrong, and of an unknown event that there is none', async () => {
    const as = app.as('auditor');
    for (const [query, pointer] of [
      ['?type=user', ''],
      ['?type=User.*', '/type'],
      ['?category=none', '/category'],
      ['?userId=ava', '/userId'],
      ['?groupId=1', '/groupId'],
      ['?from=yesterday', '/from'],
      ['?to=2026-13-01', '/to'],
      ['?order=up', '/order'],
      ['?cursor=abc', '/cursor'],
      ['?limit=0', '/limit'],
    ] as const) {
      const answer = await app.send('GET', `/audit/events${query}`, undefined, as);
      const pointers = ((answer.body.errors ?? []) as Json[]).map((error) => error.pointer);
      expect({ query, status: answer.status, pointers }).toEqual({
        query,
        status: pointer ? 400 : 200,
        pointers: pointer ? [pointer] : [],
      });
    }
    expect((await app.send('GET', `/audit/events/${NOBODY}`, undefined, as)).status).toBe(404);
    expect((await app.send('GET', '/audit/events')).status).toBe(403);
  });

  it('shows nothing of another tenant', async () => {
    const other = await app.scim.api('POST', '/tenants', { slug: 'globex', name: 'Globex' });
    expect(other.status).toBe(201);
    const { token } = (
      await app.scim.api('POST', '/credentials', { kind: 'auditor', name: 'a' }, { 'x-tenant': 'globex' })
    ).body as { token: string };
    const [foreign] = await items('?limit=1');
    const seen = await app.must(200, 'GET', '/audit/events', undefined, bearer(token));
    const own = (seen.items as Json[]).map(({ id }) => id);
    expect(own.length).toBeGreaterThan(0);
    expect(own).not.toContain(foreign!.id);
    const path = `/audit/events/${String(foreign!.id)}`;
    expect((await app.send('GET', path, undefined, bearer(token))).status).toBe(404);
  });

  it('shows that a person was erased, and nothing of them', async () => {
    const user = await app.scim.createdUser({ userName: 'secret@corp.example', title: 'Spy' });
    await app.database.query('DELETE FROM subject_keys WHERE subject_id = $1', [user.id]);
    const [event] = await items(`?userId=${user.id}`);
    expect(event).toMatchObject({ erased: true, subject: { type: 'User', id: user.id }, details: {} });
    expect(event!.changes).toContainEqual({ path: 'title' });
    expect(JSON.stringify(event)).not.toContain('secret');
  });
});

describe('a walk while others write', () => {
  const WRITERS = 6;
  const EACH = 60;
  const clients: Client[] = [];

  beforeAll(async () => {
    for (let i = 0; i < WRITERS; i++) {
      const client = new Client({ connectionString: app.scim.server.databaseUrl });
      await client.connect();
      clients.push(client);
    }
  });
  afterAll(() => Promise.all(clients.map((client) => client.end())));

  /** Numbers are taken long before they are committed, some never. @returns those that were */
  async function write(client: Client, group: string): Promise<number[]> {
    const committed: number[] = [];
    for (let i = 0; i < EACH; i++) {
      await client.query('BEGIN');
      const { seq } = await append(client, { group });
      await delay(Math.random() * 12);
      const keep = Math.random() > 0.2;
      await client.query(keep ? 'COMMIT' : 'ROLLBACK');
      if (keep) committed.push(Number(seq));
    }
    return committed;
  }

  it('misses nothing and repeats nothing, tailing or page by page backwards', async () => {
    const group = uuidV7();
    let writing = true;
    const written = Promise.all(clients.map((client) => write(client, group))).finally(() => (writing = false));
    const tailed: number[] = [];
    const backwards: number[][] = [];
    const tail = (async () => {
      for (let more = true; more;) {
        more = writing;
        const cursor = tailed.length ? `&cursor=${tailed.at(-1)}` : '';
        const page = await items(`?groupId=${group}&order=asc&limit=7${cursor}`);
        tailed.push(...page.map(({ sequence }) => sequence as number));
        more ||= page.length === 7;
      }
    })();
    while (writing) backwards.push(await walk(`&groupId=${group}`, 7));
    const all = (await written).flat().sort((a, b) => a - b);
    await tail;
    expect(tailed).toEqual(all);
    expect(await walk(`&groupId=${group}`, 7)).toEqual([...all].reverse());
    expect(backwards.length).toBeGreaterThan(1);
    // Whatever a walk saw is everything up to where it began.
    for (const seen of backwards) expect(seen).toEqual(all.filter((seq) => seq <= (seen[0] ?? 0)).reverse());
  });

  it('does not wait for ever for somebody who writes for long', async () => {
    const group = uuidV7();
    await append(app.database, { group });
    await clients[0]!.query('BEGIN');
    await append(clients[0]!, { group });
    const { seq } = await append(app.database, { group });
    const seen = await walk(`&groupId=${group}`, 10);
    expect(seen).not.toContain(Number(seq));
    await clients[0]!.query('COMMIT');
    expect(await walk(`&groupId=${group}`, 10)).toHaveLength(3);
  });
});
