import { type IncomingMessage, request } from 'node:http';
import { until } from '../support/until';
import type { Json } from '../scim/scim-client';
import { AuditServer } from './audit-server';

let audit: AuditServer;
beforeAll(async () => {
  audit = await AuditServer.start();
  await audit.users(3);
});
afterAll(() => audit.stop());

const get = (query: string) => audit.app.send('GET', `/audit/export${query}`, undefined, audit.app.as('auditor'));
const lines = async (query: string) => (await get(query)).text.split(/\r?\n/).filter(Boolean);

/** Many events, as some write path would have made them. */
async function append(count: number, type: string, filler = 10): Promise<void> {
  await audit.database.query(
    `INSERT INTO events (tenant_id, id, occurred_at, type, subject_type, subject_id, context, data)
     SELECT $1, uuid_v7(), now(), $3, 'User', uuid_v7(), $4, $5 FROM generate_series(1, $2)`,
    [
      ...[audit.tenantId, count, type],
      JSON.stringify({
        actor: { type: 'scim', id: 'somebody', name: '=cmd|1' },
        request: { id: 'r', client: 'x\r\ny' },
      }),
      JSON.stringify({ filler: 'x'.repeat(filler) }),
    ],
  );
}

/** The answer to an export, of which nothing is read yet. */
function begun(query: string): Promise<IncomingMessage> {
  const headers = audit.app.as('auditor');
  return new Promise((resolve, reject) => {
    request(`${audit.app.scim.server.apiUrl}/api/v1/audit/export${query}`, { headers }, resolve)
      .on('error', reject)
      .end();
  });
}

describe('an export', () => {
  it('is a file of a name and a type', async () => {
    for (const [format, type, ending] of [
      ['csv', 'text/csv; charset=utf-8', 'csv'],
      ['ocsf', 'application/x-ndjson', 'ocsf.ndjson'],
      ['cef', 'text/plain; charset=utf-8', 'cef'],
    ] as const) {
      const { status, headers } = await get(`?format=${format}`);
      expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type });
      expect(headers['content-disposition']).toMatch(
        new RegExp(`^attachment; filename="audit-\\d{4}-\\d\\d-\\d\\dT\\d{6}Z\\.${ending}"$`),
      );
    }
  });

  it('has what a list has, the oldest first, by the same filters', async () => {
    const { items } = (await audit.get('events?order=asc&type=user.*&limit=1000')) as { items: Json[] };
    expect(items.length).toBeGreaterThan(2);
    const ids = items.map(({ id }) => id);
    const rows = (await lines('?format=csv&type=user.*')).slice(1);
    expect(rows.map((row) => row.split(',').at(-1))).toEqual(ids);
    const events = (await lines('?format=ocsf&type=user.*')).map((line) => JSON.parse(line) as { metadata: Json });
    expect(events.map(({ metadata }) => metadata.uid)).toEqual(ids);
    const cef = await lines('?format=cef&type=user.*');
    expect(cef.map((line) => / externalId=(\S+) /.exec(line)?.[1])).toEqual(ids);
    expect(await lines(`?format=cef&userId=${String((items[0]!.subject as Json).id)}`)).toHaveLength(1);
    expect(await lines('?format=csv&to=2001-01-01')).toHaveLength(1);
  });

  it('says what is wrong with what was asked', async () => {
    for (const [query, pointer] of [
      ['', '/format'],
      ['?format=xml', '/format'],
      ['?format=constructor', '/format'],
      ['?format=csv&from=yesterday', '/from'],
    ]) {
      const { status, body } = await get(query!);
      expect({ status, pointer: (body.errors as Json[])[0]!.pointer }).toEqual({ status: 400, pointer });
    }
  });

  it('stands in the record itself, with who took what and how much', async () => {
    for (const format of ['ndjson', 'csv']) {
      const rows = await lines(`?format=${format}&type=user.*&actor=scim`);
      const { items } = (await audit.get('events?type=audit.*&limit=2')) as { items: Json[] };
      const [ended, begun] = items as [Json, Json];
      const filter = { type: 'user.*', actor: 'scim' };
      expect(begun).toMatchObject({ type: 'audit.export_started', category: 'system', details: { format, filter } });
      const details = { format, filter, events: 3, whole: true };
      expect(ended).toMatchObject({ type: 'audit.exported', category: 'system', outcome: 'success', details });
      for (const { actor, subject, request } of [begun, ended]) {
        expect([actor, subject]).toMatchObject([{ type: 'auditor' }, { type: 'Tenant', id: audit.tenantId }]);
        expect(request).toEqual(begun.request);
      }
      // A head, and for ndjson the seals and the end.
      expect(rows.length).toBeGreaterThan(3);
    }
  });

  it('that was refused is not one', async () => {
    const told = async () => ((await audit.get('events?type=audit.*&limit=100')) as { items: Json[] }).items.length;
    const before = await told();
    expect((await get('?format=csv&from=yesterday')).status).toBe(400);
    expect(await told()).toBe(before);
  });

  it('goes through more than a page, and what people wrote breaks no line and begins no formula', async () => {
    await append(1_203, 'config.changed');
    const rows = await lines('?format=csv&type=config.changed');
    // A line end inside a cell makes two lines of each.
    expect(rows.filter((row) => /^\d+,/.test(row))).toHaveLength(1_203);
    expect(rows.filter((row) => row.includes(`,'=cmd|1,`))).toHaveLength(1_203);
    const cef = await lines('?format=cef&type=config.changed');
    expect(cef).toHaveLength(1_203);
    expect(cef[0]).toContain('suser=\\=cmd|1 ');
    expect(cef[0]).toContain('requestClientApplication=x\\ny ');
  });
});

describe('a client that does not read on', () => {
  /** The pages that the server has asked for, as PostgreSQL counts the rows that it was made to read. */
  const asked = jest.fn<void, []>();

  beforeAll(async () => {
    const { TenantDatabase } = await import('@provost/entities');
    const db = audit.app.scim.server.app.get(TenantDatabase, { strict: false });
    const run = db.run.bind(db);
    jest.spyOn(db, 'run').mockImplementation((scope, statement, values) => {
      if (statement.text.includes('subject_keys k')) asked();
      return run(scope, statement, values);
    });
    await append(8_000, 'sync.conflict', 3_000);
  });
  afterAll(() => jest.restoreAllMocks());
  beforeEach(() => asked.mockClear());

  it('makes the server read no further than a few pages ahead', async () => {
    const answer = await begun('?format=ocsf&type=sync.conflict');
    let calls = -1;
    // 8,000 events are 16 pages; the sockets between hold a few of them.
    await until('it asks no more', async () => {
      const before = calls;
      calls = asked.mock.calls.length;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return before === calls && calls > 0;
    });
    expect(calls).toBeLessThan(13);
    let size = 0;
    for await (const chunk of answer) size += (chunk as Buffer).length;
    expect(size).toBeGreaterThan(8_000 * 3_000);
    expect(asked.mock.calls.length).toBeGreaterThanOrEqual(16);
  });

  it('and hangs up ends the work of the database', async () => {
    const answer = await begun('?format=ocsf&type=sync.conflict');
    await new Promise((resolve) => answer.once('readable', resolve));
    answer.destroy();
    let calls = -1;
    await until('it asks no more', async () => {
      const before = calls;
      calls = asked.mock.calls.length;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return before === calls;
    });
    expect(calls).toBeLessThan(13);
    const told = async () =>
      ((await audit.get('events?type=audit.exported&limit=1')) as { items: { details: Json }[] }).items[0]!.details;
    await until('the record says so', async () => !(await told()).whole);
    const { format, events } = (await told()) as { format: string; events: number };
    expect(format).toBe('ocsf');
    expect(events % 500).toBe(0);
    expect(events).toBeLessThan(13 * 500);
  });

  it('is told by a broken connection that the file is not whole', async () => {
    const { TenantDatabase } = await import('@provost/entities');
    const db = audit.app.scim.server.app.get(TenantDatabase, { strict: false });
    const answer = await begun('?format=csv&type=sync.conflict');
    jest.spyOn(db, 'run').mockRejectedValue(new Error('The database went away.'));
    const whole = (async () => {
      for await (const _ of answer);
    })();
    await expect(whole).rejects.toThrow('aborted');
  });
});
