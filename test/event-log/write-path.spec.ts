import { eventHash, openPersonal, type EventRow } from '@provost/event-log';
import { type ReadEvent, RecordedServer } from './recorded-server';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

let server: RecordedServer;
let people = 0;

beforeAll(async () => {
  server = await RecordedServer.start();
});
afterAll(() => server.stop());
beforeEach(() => server.news());

const patch = (...Operations: object[]) => ({ schemas: [PATCH], Operations });
const types = (events: readonly ReadEvent[]) => events.map((event) => event.type);
const subjects = (events: readonly ReadEvent[]) => events.map((event) => event.subject);

async function user(extra: object = {}): Promise<{ id: string; userName: string; etag: string | null }> {
  const userName = `person${++people}@example.com`;
  const { status, body, etag } = await server.send('POST', '/Users', { schemas: [USER], userName, ...extra });
  expect(status).toBe(201);
  return { id: body.id, userName, etag };
}

async function group(displayName: string, ...members: string[]): Promise<string> {
  const { status, body } = await server.send('POST', '/Groups', {
    schemas: [GROUP],
    displayName,
    members: members.map((value) => ({ value })),
  });
  expect(status).toBe(201);
  return body.id;
}

describe('what a write of a person leaves in the log', () => {
  it('POST: one event in the transaction of the row, with every value that was set, the actor and the request', async () => {
    const { body, requestId } = await server.send('POST', '/Users', {
      schemas: [USER, ENTERPRISE],
      userName: 'bjensen@example.com',
      name: { givenName: 'Barbara', familyName: 'Jensen' },
      emails: [{ value: 'bjensen@example.com', type: 'work', primary: true }],
      [ENTERPRISE]: { department: 'Tours' },
    });
    const [created, ...others] = await server.news();
    expect(others).toEqual([]);
    expect(created).toMatchObject({
      type: 'user.created',
      subject: `User ${body.id}`,
      group: null,
      personal: { userName: 'bjensen@example.com' },
    });
    const { changes } = created!.personal as { changes: { path: string }[] };
    expect(changes).toHaveLength(6);
    expect(changes).toEqual(
      expect.arrayContaining([
        { path: 'userName', to: 'bjensen@example.com' },
        { path: 'name.givenName', to: 'Barbara' },
        { path: 'name.familyName', to: 'Jensen' },
        { path: 'emails', to: [{ value: 'bjensen@example.com', type: 'work', primary: true }] },
        { path: `${ENTERPRISE}:department`, to: 'Tours' },
        { path: 'active', to: true },
      ]),
    );
    // In clear are only the paths: what is personal can be erased.
    expect(created!.data).toEqual({ paths: changes.map((change) => change.path) });
    expect(created!.context).toEqual({
      actor: { type: 'scim', id: expect.stringMatching(/^[0-9a-f-]{36}$/), name: 'first start' },
      request: { id: requestId, ip: '127.0.0.1', client: 'Okta SCIM Client 1.0.0' },
    });
    expect(created!.xmin).toBe(await server.xmin('users', body.id));
  });

  it('PATCH: what changed from what to what, activation apart, in the transaction of the row', async () => {
    const { id } = await user({ title: 'Guide', [ENTERPRISE]: { department: 'Tours' } });
    await server.news();
    await server.send(
      'PATCH',
      `/Users/${id}`,
      patch(
        { op: 'replace', path: 'title', value: 'Head guide' },
        { op: 'remove', path: `${ENTERPRISE}:department` },
        { op: 'add', path: 'nickName', value: 'Babs' },
        { op: 'replace', path: 'active', value: false },
      ),
    );
    const events = await server.news();
    expect(types(events)).toEqual(['user.updated', 'user.deactivated']);
    expect(events[0]!.personal).toMatchObject({
      changes: expect.arrayContaining([
        { path: 'title', from: 'Guide', to: 'Head guide' },
        { path: 'nickName', to: 'Babs' },
        { path: `${ENTERPRISE}:department`, from: 'Tours' },
      ]),
    });
    expect((events[0]!.personal as { changes: object[] }).changes).toHaveLength(3);
    expect(events[1]!.personal).toMatchObject({ changes: [{ path: 'active', from: true, to: false }] });
    const written = await server.xmin('users', id);
    expect(events.map((event) => event.xmin)).toEqual([written, written]);

    await server.send('PATCH', `/Users/${id}`, patch({ op: 'replace', value: { active: true } }));
    expect(types(await server.news())).toEqual(['user.reactivated']);
  });

  it('PUT: what it replaced, and what it cleared by leaving it out', async () => {
    const { id, userName } = await user({ title: 'Guide', nickName: 'Babs' });
    await server.news();
    await server.send('PUT', `/Users/${id}`, { schemas: [USER], userName, title: 'Boss' });
    const [event, ...others] = await server.news();
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      type: 'user.updated',
      personal: {
        changes: expect.arrayContaining([
          { path: 'title', from: 'Guide', to: 'Boss' },
          { path: 'nickName', from: 'Babs' },
        ]),
      },
    });
    expect((event!.personal as { changes: object[] }).changes).toHaveLength(2);
    expect(event!.xmin).toBe(await server.xmin('users', id));
  });

  it('a change of nothing: nothing', async () => {
    const { id, userName } = await user({ title: 'Guide' });
    await server.news();
    await server.send('PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'title', value: 'Guide' }));
    await server.send('PUT', `/Users/${id}`, { schemas: [USER], userName, title: 'Guide' });
    await server.send('GET', `/Users/${id}`);
    expect(await server.news()).toEqual([]);
  });

  it('DELETE: each group that the person leaves, then the person, with what was known, in one transaction', async () => {
    const { id, userName } = await user({ title: 'Guide' });
    const [one, two] = [await group('One', id), await group('Two', id)];
    await server.news();
    await server.send('DELETE', `/Users/${id}`);
    const events = await server.news();
    expect(types(events)).toEqual(['group.member_removed', 'group.member_removed', 'user.deleted']);
    expect(new Set(events.map((event) => event.group))).toEqual(new Set([one, two, null]));
    expect(new Set(subjects(events))).toEqual(new Set([`User ${id}`]));
    expect(events[2]!.personal).toMatchObject({
      userName,
      changes: expect.arrayContaining([{ path: 'title', from: 'Guide' }]),
    });
    expect(new Set(events.map((event) => event.xmin)).size).toBe(1);
    expect(events[0]!.xmin).toBe(await server.xmin('groups', events[0]!.group!));
  });

  it('changes that race: as many events as versions, and each begins where the one before ended', async () => {
    const { id } = await user({ title: '0' });
    await server.news();
    const values = ['1', '2', '3', '4', '5', '6'];
    const answers = await Promise.all(
      values.map((value) => server.send('PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'title', value }))),
    );
    expect(answers.map((answer) => answer.status)).toEqual(values.map(() => 200));
    const steps = (await server.news()).map(
      (e) => (e.personal as { changes: { from: string; to: string }[] }).changes[0]!,
    );
    expect(steps.map((step) => step.from)).toEqual(['0', ...steps.slice(0, -1).map((step) => step.to)]);
    expect(new Set(steps.map((step) => step.to))).toEqual(new Set(values));
    const { rows } = await server.client.query('SELECT version FROM users WHERE id = $1', [id]);
    expect(rows).toEqual([{ version: values.length + 1 }]);
  });
});

describe('what a write of a group leaves in the log', () => {
  it('POST: the group, then a member each, in the transaction of the row', async () => {
    const [a, b] = [await user(), await user()];
    await server.news();
    const id = await group('Tours', a.id, b.id);
    const events = await server.news();
    expect(types(events)).toEqual(['group.created', 'group.member_added', 'group.member_added']);
    expect(events[0]).toMatchObject({
      subject: `Group ${id}`,
      data: { displayName: 'Tours', changes: [{ path: 'displayName', to: 'Tours' }] },
    });
    expect(new Set(subjects(events.slice(1)))).toEqual(new Set([`User ${a.id}`, `User ${b.id}`]));
    for (const event of events) expect(event).toMatchObject({ group: id, xmin: await server.xmin('groups', id) });
    for (const event of events.slice(1)) expect(event.data).toEqual({ group: 'Tours' });
  });

  it('PATCH: exactly who came and who went, once, and the rename', async () => {
    const [a, b, c] = [await user(), await user(), await user()];
    const id = await group('Tours', a.id, b.id);
    await server.news();
    await server.send(
      'PATCH',
      `/Groups/${id}`,
      patch(
        { op: 'add', path: 'members', value: [{ value: a.id }, { value: c.id }, { value: c.id }] },
        { op: 'remove', path: `members[value eq "${b.id}"]` },
      ),
    );
    const moved = await server.news();
    expect(moved.map((event) => `${event.type} ${event.subject}`).sort()).toEqual([
      `group.member_added User ${c.id}`,
      `group.member_removed User ${b.id}`,
    ]);
    expect(new Set(moved.map((event) => event.xmin))).toEqual(new Set([await server.xmin('groups', id)]));

    await server.send('PATCH', `/Groups/${id}`, patch({ op: 'replace', path: 'displayName', value: 'Trips' }));
    const [renamed, ...others] = await server.news();
    expect(others).toEqual([]);
    expect(renamed).toMatchObject({
      type: 'group.updated',
      data: { displayName: 'Trips', changes: [{ path: 'displayName', from: 'Tours', to: 'Trips' }] },
    });

    await server.send('PATCH', `/Groups/${id}`, patch({ op: 'add', path: 'members', value: [{ value: a.id }] }));
    expect(await server.news()).toEqual([]);
  });

  it('PUT: the difference of the members, not the members', async () => {
    const [a, b, c] = [await user(), await user(), await user()];
    const id = await group('Tours', a.id, b.id);
    await server.news();
    await server.send('PUT', `/Groups/${id}`, {
      schemas: [GROUP],
      displayName: 'Tours',
      members: [{ value: b.id }, { value: c.id }],
    });
    expect((await server.news()).map((event) => `${event.type} ${event.subject}`).sort()).toEqual([
      `group.member_added User ${c.id}`,
      `group.member_removed User ${a.id}`,
    ]);
  });

  it('a member that nobody has: that it was left out, by its id', async () => {
    const id = await group('Tours');
    await server.news();
    const stranger = '0197b0a0-0000-7000-8000-00000000dead';
    await server.send('PATCH', `/Groups/${id}`, patch({ op: 'add', path: 'members', value: [{ value: stranger }] }));
    expect(await server.news()).toMatchObject([
      { type: 'sync.member_unknown', subject: `Group ${id}`, data: { members: [stranger] } },
    ]);
  });

  it('DELETE: everybody who was in it, then the group', async () => {
    const a = await user();
    const inner = await group('Inner', a.id);
    const outer = await group('Outer', inner);
    await server.news();
    await server.send('DELETE', `/Groups/${inner}`);
    const events = await server.news();
    expect(events.map((event) => `${event.type} ${event.subject} ${event.group}`).sort()).toEqual([
      `group.deleted Group ${inner} ${inner}`,
      `group.member_removed Group ${inner} ${outer}`,
      `group.member_removed User ${a.id} ${inner}`,
    ]);
    expect(events.at(-1)!.type).toBe('group.deleted');
    expect(new Set(events.map((event) => event.xmin)).size).toBe(1);
  });
});

describe('what other writes leave in the log', () => {
  it('Bulk: each operation its events, under one request; none for those that failed', async () => {
    const taken = await user();
    await server.news();
    const operation = (bulkId: string, userName: string) => ({
      method: 'POST',
      path: '/Users',
      bulkId,
      data: { schemas: [USER], userName },
    });
    const { body, requestId } = await server.send('POST', '/Bulk', {
      schemas: [BULK],
      Operations: [
        operation('a', 'bulk-a@example.com'),
        operation('b', taken.userName),
        operation('c', 'bulk-c@example.com'),
        {
          method: 'POST',
          path: '/Groups',
          bulkId: 'g',
          data: { schemas: [GROUP], displayName: 'G', members: [{ value: 'bulkId:a' }] },
        },
      ],
    });
    expect((body.Operations as { status: string }[]).map((o) => o.status)).toEqual(['201', '409', '201', '201']);
    const events = await server.news();
    expect(types(events)).toEqual(['user.created', 'user.created', 'group.created', 'group.member_added']);
    expect(events.map((event) => (event.personal as { userName: string } | null)?.userName)).toEqual([
      'bulk-a@example.com',
      'bulk-c@example.com',
      undefined,
      undefined,
    ]);
    expect(new Set(events.map((event) => event.context.request.id))).toEqual(new Set([requestId]));
  });

  it('Roles: an entitlement, in the transaction of its row', async () => {
    const { status, body } = await server.send('POST', '/Roles', {
      schemas: [await roleSchema()],
      displayName: 'Editor',
    });
    expect(status).toBe(201);
    const [created, ...others] = await server.news();
    expect(others).toEqual([]);
    expect(created).toMatchObject({ type: 'entitlement.created', xmin: await server.xmin('entitlements', body.id) });
    await server.send('DELETE', `/Roles/${body.id}`);
    expect(types(await server.news())).toEqual(['entitlement.deleted']);
  });

  it('credentials and tenants: who made and revoked them, never the token', async () => {
    const token = server.operatorToken;
    const { body } = await server.send('POST', '/api/v1/credentials', { kind: 'scim', name: 'Entra' }, { token });
    await server.send('DELETE', `/api/v1/credentials/${body.id}`, undefined, { token });
    const tenant = await server.send('POST', '/api/v1/tenants', { slug: 'acme', name: 'Acme' }, { token });
    await server.send('PATCH', '/api/v1/tenant', { scim: { enabled: false } }, { token, 'x-tenant': 'acme' });
    const events = await server.news();
    expect(events).toMatchObject([
      { type: 'credential.created', subject: `Credential ${body.id}`, data: { kind: 'scim', name: 'Entra' } },
      { type: 'credential.revoked', subject: `Credential ${body.id}` },
      { type: 'tenant.created', subject: `Tenant ${tenant.body.id}`, data: { slug: 'acme', name: 'Acme' } },
      { type: 'tenant.updated', subject: `Tenant ${tenant.body.id}`, data: { scimEnabled: false } },
    ]);
    for (const event of events) expect(event.context.actor.type).toBe('operator');
    const { rows } = await server.client.query<{ xmin: string }>(
      'SELECT xmin::text AS xmin FROM tenants WHERE id = $1',
      [tenant.body.id],
    );
    expect(events[3]!.xmin).toBe(rows[0]!.xmin);
  });
});

describe('a write that failed', () => {
  it.each<[string, number, () => Promise<{ status: number }>]>([
    [
      'a userName that is taken',
      409,
      async () => {
        const { userName } = await user();
        await server.news();
        return server.send('POST', '/Users', { schemas: [USER], userName: userName.toUpperCase() });
      },
    ],
    [
      'a rename to a userName that is taken',
      409,
      async () => {
        const [one, two] = [await user(), await user()];
        await server.news();
        return server.send(
          'PATCH',
          `/Users/${one.id}`,
          patch({ op: 'replace', path: 'userName', value: two.userName }),
        );
      },
    ],
    [
      'a version that is over',
      412,
      async () => {
        const { id, etag } = await user();
        await server.send('PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'title', value: 'x' }));
        await server.news();
        return server.send('PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'title', value: 'y' }), {
          'if-match': etag!,
        });
      },
    ],
    [
      'a version of a group that is over',
      412,
      async () => {
        const id = await group('Tours');
        await server.news();
        return server.send('DELETE', `/Groups/${id}`, undefined, { 'if-match': 'W/"99"' });
      },
    ],
    [
      'an operation that cannot be, after one that could',
      400,
      async () => {
        const { id } = await user();
        await server.news();
        return server.send(
          'PATCH',
          `/Users/${id}`,
          patch({ op: 'replace', path: 'title', value: 'x' }, { op: 'replace', path: 'emails[type eq', value: 'y' }),
        );
      },
    ],
    [
      'a group that loses its name after it got members',
      400,
      async () => {
        const [a, id] = [await user(), await group('Tours')];
        await server.news();
        return server.send(
          'PATCH',
          `/Groups/${id}`,
          patch({ op: 'add', path: 'members', value: [{ value: a.id }] }, { op: 'remove', path: 'displayName' }),
        );
      },
    ],
    ['a resource without what it must have', 400, () => server.send('POST', '/Users', { schemas: [USER] })],
    ['a resource that is not there', 404, () => server.send('DELETE', '/Users/0197b0a0-0000-7000-8000-00000000dead')],
    ['nobody’s token', 401, () => server.send('POST', '/Users', { schemas: [USER], userName: 'x' }, { token: 'no' })],
  ])('%s (%i) leaves nothing, neither event nor row', async (_, status, attempt) => {
    const rows = async () =>
      (
        await server.client.query(
          `SELECT (SELECT count(*) FROM memberships) AS members, (SELECT max(updated_at) FROM groups) AS groups`,
        )
      ).rows[0] as unknown;
    let before: unknown;
    const news = server.news.bind(server);
    // What the attempt itself prepares is not what it is about: the last look is.
    const watched = jest.spyOn(server, 'news').mockImplementation(async () => {
      const events = await news();
      before = await rows();
      return events;
    });
    try {
      before = await rows();
      expect((await attempt()).status).toBe(status);
    } finally {
      watched.mockRestore();
    }
    expect(await server.news()).toEqual([]);
    expect(await rows()).toEqual(before);
  });
});

describe('secrets', () => {
  const SECRET = 'c0rrect-h0rse-battery-staple';

  it('a password is nowhere: not in a row, an event, an opened event, a log line or an answer', async () => {
    const { status, body } = await server.send('POST', '/Users', {
      schemas: [USER],
      userName: 'secret@example.com',
      password: SECRET,
    });
    expect(status).toBe(201);
    const created = await server.news();
    expect(types(created)).toEqual(['user.created', 'user.password_changed']);
    expect(created[1]).toMatchObject({ data: { stored: false }, personal: null });

    const answers = [body];
    for (const operation of [
      { op: 'replace', path: 'password', value: `${SECRET}2` },
      { op: 'replace', value: { password: `${SECRET}3`, title: 'Boss' } },
    ])
      answers.push((await server.send('PATCH', `/Users/${body.id}`, patch(operation))).body);
    const whole = { schemas: [USER], userName: 'secret@example.com', title: 'Boss', password: `${SECRET}4` };
    answers.push((await server.send('PUT', `/Users/${body.id}`, whole)).body);
    const changed = await server.news();
    expect(types(changed)).toEqual([
      'user.password_changed',
      'user.updated',
      'user.password_changed',
      'user.password_changed',
    ]);
    // Failures are what gets logged.
    answers.push((await server.send('POST', '/Users', whole)).body);
    answers.push((await server.send('POST', '/Users', { schemas: [USER], password: SECRET })).body);
    answers.push((await server.send('GET', `/Users?filter=${encodeURIComponent(`password eq "${SECRET}"`)}`)).body);
    answers.push(
      (
        await server.send('POST', '/Bulk', {
          schemas: [BULK],
          Operations: [
            { method: 'POST', path: '/Users', bulkId: '1', data: { ...whole, userName: 'bulk@example.com' } },
          ],
        })
      ).body,
    );

    const opened = JSON.stringify([...created, ...changed, ...(await server.news())].map((e) => [e.data, e.personal]));
    const stored = await server.everything();
    const hex = Buffer.from(SECRET).toString('hex');
    const base64 = Buffer.from(SECRET).toString('base64').slice(0, 30);
    expect(stored).toContain('secret@example.com');
    for (const place of [opened, stored, server.logged.join('\n'), JSON.stringify(answers)])
      for (const form of [SECRET, hex, base64]) expect(place.includes(form)).toBe(false);
  });

  it('tokens are stored as hashes only, and logged never', async () => {
    const stored = await server.everything();
    for (const token of [server.scimToken, server.operatorToken]) {
      const secret = token.slice(-20);
      for (const place of [stored, server.logged.join('\n')]) {
        expect(place.includes(secret)).toBe(false);
        expect(place.includes(Buffer.from(secret).toString('hex'))).toBe(false);
      }
    }
  });

  it('the log of a process names nobody: ids and paths only', async () => {
    const { userName } = await user({ displayName: 'Barbara Unmistakable', nickName: 'Unmistakable' });
    await server.send('GET', `/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`);
    await server.send('POST', '/Users', { schemas: [USER], userName });
    const [event] = await server.news();
    const line = () => server.logged.find((text) => text.includes(event!.row.id));
    for (let i = 0; i < 100 && !line(); i++) await new Promise((done) => setTimeout(done, 20));
    expect(JSON.parse(line()!)).toMatchObject({
      type: 'user.created',
      subject: { type: 'User', id: event!.row.subject_id },
      hash: eventHash(event!.row).toString('hex'),
    });
    const all = server.logged.join('\n');
    for (const name of [userName, 'Unmistakable']) expect(all.includes(name)).toBe(false);
  });
});

describe('erasure', () => {
  it('dropping the key makes the personal part unreadable, and every hash still stands', async () => {
    const { id, userName } = await user({ displayName: 'Erika Erased' });
    const other = await user();
    await server.send('PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'title', value: 'Dr' }));
    const before = (await server.news()).filter((event) => event.subject === `User ${id}`);
    expect(before.map((event) => event.personal)).toMatchObject([{ userName }, { userName }]);
    const hashes = before.map((event) => eventHash(event.row).toString('hex'));
    const keyOf = (subject: string) =>
      server.client.query<{ key: Buffer }>('SELECT key FROM subject_keys WHERE subject_id = $1', [subject]);
    const foreign = (await keyOf(other.id)).rows[0]!.key;

    await server.client.query('DELETE FROM subject_keys WHERE subject_id = $1', [id]);
    const { rows } = await server.client.query<EventRow>(
      'SELECT * FROM events e WHERE subject_id = $1 ORDER BY e.seq',
      [id],
    );
    expect(rows.map((row) => eventHash(row).toString('hex'))).toEqual(hashes);
    for (const row of rows) {
      expect(row.sealed).not.toBeNull();
      expect(() => openPersonal(foreign, row.id, row.sealed!)).toThrow();
      expect(JSON.stringify(row)).not.toContain('Erika');
    }
    expect((await keyOf(id)).rows).toEqual([]);
    expect((await keyOf(other.id)).rows).toHaveLength(1);
    // What is written about that person afterwards says which paths changed and no more.
    await server.send('PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'title', value: 'Prof' }));
    expect(await server.news()).toMatchObject([{ type: 'user.updated', data: { paths: ['title'] }, personal: null }]);
  });
});

async function roleSchema(): Promise<string> {
  const { body } = await server.send('GET', '/ResourceTypes');
  const types = body.Resources as { endpoint: string; schema: string }[];
  return types.find((type) => type.endpoint === '/Roles')!.schema;
}
