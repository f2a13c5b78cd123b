import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { EVENT_TYPES, type ReadableEvent } from '@provost/audit-trail';
import { CEF, cefHeader, cefValue } from './cef';
import { CSV, inertCell } from './csv';
import { OCSF, ocsfEvent } from './ocsf';
import { OCSF_MAPPING, ocsfActivity } from './ocsf-mapping';
import { PRODUCT } from './product';

const event = (more: Partial<ReadableEvent> = {}): ReadableEvent => ({
  ...{ id: '0192f6c1-d300-7a10-8c2b-7788990011bb', sequence: 7, time: '2026-11-24T08:00:00.000Z' },
  ...{ category: 'provisioning', type: 'user.updated', outcome: 'success' },
  actor: { type: 'scim', id: 'c1', name: 'Okta' },
  subject: { type: 'User', id: 'u1', name: 'ava@corp.example' },
  groupId: null,
  changes: [],
  details: {},
  request: { id: 'r1', ip: '198.51.100.7', client: 'Okta SCIM Client 1.0' },
  ...more,
});

/** What people type who want more than to be written down. */
const HOSTILE = fc.stringMatching(/^[ =+\-@\t\r\n|\\"',;:{}\u0085\u2028\uFF1D\uFF0B\0a-c]{0,12}$/);

/** Reads CSV by RFC 4180 §2. */
function csvRecords(text: string): string[][] {
  const records: string[][] = [[]];
  const cell = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/gy;
  for (let found = cell.exec(text); found; found = cell.exec(text)) {
    const [, value = '', end] = found;
    records.at(-1)!.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (end === '\r\n') records.push([]);
    if (cell.lastIndex === text.length) return records.slice(0, -1);
  }
  throw new Error(`It is no CSV: ${text}`);
}

describe('a CSV export', () => {
  it.each(['=1+1', '+1 555 0100', '-2', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1', '＋1', '－1', '＠a', ' =1', '\0=1'])(
    'writes %j so that it stays text',
    (text) => expect(inertCell(text)).toBe(`'${text}`),
  );

  it.each(['ava@corp.example', 'a=b', '1', '', "'", '[{"path":"=1"}]'])('leaves %j as it is', (text) =>
    expect(inertCell(text)).toBe(text),
  );

  it('has a row an event, and no cell of it begins a formula, whatever people write', () => {
    fc.assert(
      fc.property(HOSTILE, HOSTILE, HOSTILE, (name, client, id) => {
        const rows = csvRecords(
          CSV.head + CSV.text([event({ actor: { type: 'scim', id, name }, request: { id: 'r', client } }), event()]),
        );
        expect(rows).toHaveLength(3);
        for (const row of rows) {
          expect(row).toHaveLength(rows[0]!.length);
          for (const cell of row) expect(cell).not.toMatch(/^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/);
        }
        expect(rows[1]![rows[0]!.indexOf('client')]!.replace(/^'/, '')).toBe(client.replace(/^'/, ''));
      }),
    );
  });

  it('says all of an event', () => {
    const told = event({ changes: [{ path: 'title', from: 'A', to: '"B"' }], details: { kept: 'okta' }, erased: true });
    const [head, row] = csvRecords(CSV.head + CSV.text([told]));
    expect(Object.fromEntries(head!.map((name, i) => [name, row![i]]))).toEqual({
      ...{ sequence: '7', time: told.time, category: 'provisioning', type: 'user.updated', outcome: 'success' },
      ...{ actor_type: 'scim', actor_id: 'c1', actor_name: 'Okta', id: told.id, group_id: '', erased: 'true' },
      ...{ subject_type: 'User', subject_id: 'u1', subject_name: 'ava@corp.example' },
      ...{ request_id: 'r1', ip: '198.51.100.7', client: 'Okta SCIM Client 1.0' },
      changes: '[{"path":"title","from":"A","to":"\\"B\\""}]',
      details: '{"kept":"okta"}',
    });
  });
});

describe('a CEF export', () => {
  /** Reads a line as the format is defined. */
  function parsed(line: string): { header: string[]; extension: Record<string, string> } {
    const header: string[] = [];
    let rest = line;
    for (let field = 0; field < 7; field++) {
      const [whole, text = ''] = /^((?:[^|\\]|\\[|\\])*)\|/.exec(rest)!;
      header.push(text.replace(/\\([|\\])/g, '$1'));
      rest = rest.slice(whole.length);
    }
    const pairs = [...rest.matchAll(/(\w+)=((?:[^=\\]|\\[=\\n])*?)(?= \w+=|$)/g)];
    expect(pairs.map(([pair]) => pair).join(' ')).toBe(rest);
    return { header, extension: Object.fromEntries(pairs.map(([, key = '', value = '']) => [key, value])) };
  }

  it('has one line an event, and no value of it can begin another value or field', () => {
    fc.assert(
      fc.property(HOSTILE, HOSTILE, (name, client) => {
        const text = CEF.text([
          event({ actor: { type: 'admin', id: 'c', name }, request: { id: 'r', client }, details: { x: name } }),
        ]);
        expect(text.match(/[\r\n\u0085\u2028\u2029]/g)).toEqual(['\n']);
        const { header, extension } = parsed(text.slice(0, -1));
        expect(header.slice(0, 4)).toEqual(['CEF:0', 'Provost', 'Provost', PRODUCT.version]);
        expect(extension.externalId).toBe(event().id);
        expect(Object.keys(extension)).not.toContain('a');
      }),
    );
  });

  it('escapes what means something there', () => {
    expect(cefHeader('a|b\\c\nd')).toBe('a\\|b\\\\c d');
    expect(cefValue('a=b\\c|d\r\ne\rf\u2028g\0')).toBe('a\\=b\\\\c|d\\ne\\nf\\ng ');
  });

  it('writes an event by the dictionary', () => {
    const { header, extension } = parsed(CEF.text([event({ outcome: 'failure' })]).trimEnd());
    expect(header).toEqual(['CEF:0', 'Provost', 'Provost', PRODUCT.version, 'user.updated', 'user updated', '6']);
    expect(extension).toMatchObject({
      rt: '1795507200000',
      src: '198.51.100.7',
      duid: 'u1',
      duser: 'ava@corp.example',
    });
    const v6 = parsed(CEF.text([event({ request: { id: 'r', ip: '2001:db8::1' } })]).trimEnd()).extension;
    expect(v6).toMatchObject({ c6a2: '2001:db8::1', c6a2Label: 'Source IPv6 Address' });
    expect(v6.src).toBeUndefined();
  });
});

describe('an OCSF export', () => {
  const BASE = ['activity_id', 'category_uid', 'class_uid', 'metadata', 'severity_id', 'time', 'type_uid'];
  /** What each class of OCSF 1.8.0 requires beside, and the activities that it knows. */
  const CLASSES: Readonly<Record<number, { required: string[]; activities: number }>> = {
    3001: { required: ['user'], activities: 12 },
    3002: { required: ['user', 'service'], activities: 7 },
    3004: { required: ['entity'], activities: 13 },
    3005: { required: ['user', 'privileges'], activities: 2 },
    3006: { required: ['group'], activities: 8 },
    6003: { required: ['actor', 'api', 'src_endpoint'], activities: 4 },
  };

  it.each([...EVENT_TYPES, 'error.unknown', 'later.kind'])('has what its class requires of %s', (type) => {
    for (const subject of [event().subject, { type: 'Group', id: 'g1' }, { type: 'Webhook', id: 'w1' }, null]) {
      const written = ocsfEvent(event({ type, subject })) as Record<string, unknown> & Record<string, number>;
      const { required, activities } = CLASSES[written.class_uid!]!;
      for (const name of [...BASE, ...required]) expect(written).toHaveProperty(name);
      const activity = written.activity_id!;
      expect(activity === 99 ? typeof written.activity_name : activity > 0 && activity <= activities).toBeTruthy();
      expect(written.type_uid).toBe(written.class_uid! * 100 + activity);
      expect(written.category_uid).toBe(Math.floor(written.class_uid! / 1000));
      expect(written.metadata).toMatchObject({ version: '1.8.0', product: { name: 'Provost' } });
    }
  });

  it.each([
    ['user.created', 300101],
    ['user.updated', 300199],
    ['user.deactivated', 300105],
    ['user.reactivated', 300102],
    ['user.password_changed', 300103],
    ['user.deleted', 300106],
    ['group.created', 300606],
    ['group.updated', 300699],
    ['group.deleted', 300605],
    ['group.member_added', 300603],
    ['group.member_removed', 300604],
    ['auth.failed', 300201],
    ['credential.created', 300401],
    ['credential.rotated', 300403],
    ['sync.rate_limited', 600399],
    ['error.scim_request', 600399],
    ['credential.revoked', 300404],
  ])('calls %s %i', (type, uid) => {
    const { class: of, activity } = ocsfActivity('1.8.0', type, undefined);
    expect(of * 100 + activity).toBe(uid);
  });

  it('maps no type that is never written', () => {
    const types = Object.keys(OCSF_MAPPING['1.8.0']);
    expect(types.filter((type) => !EVENT_TYPES.includes(type))).toEqual([]);
  });

  it('says whom a membership is about, which roles moved, and what failed', () => {
    const [line = ''] = OCSF.text([
      event({ type: 'group.member_added', groupId: 'g1', outcome: 'failure' }),
      event(),
    ]).split('\n');
    expect(JSON.parse(line)).toMatchObject({
      ...{ class_uid: 3006, group: { uid: 'g1' }, user: { uid: 'u1', name: 'ava@corp.example' } },
      ...{ status_id: 2, severity_id: 3, src_endpoint: { ip: '198.51.100.7' }, actor: { app_name: 'Okta' } },
    });
    const refused = { method: 'PATCH', route: '/scim/v2/Groups/:id', status: 400 };
    expect(ocsfEvent(event({ type: 'error.scim_request', details: refused }))).toMatchObject({
      ...{ api: { operation: 'PATCH /scim/v2/Groups/:id' }, http_response: { code: 400 } },
    });
    expect(ocsfEvent(event({ type: 'sync.rate_limited' }))).toMatchObject({ http_response: { code: 429 } });
    const moved = event({
      type: 'access.role_changed',
      changes: [{ path: 'roles', from: ['a', 'b'], to: ['b', 'c'] }],
    });
    expect(ocsfEvent(moved)).toMatchObject({ class_uid: 3005, privileges: ['c', 'a'], user: { uid: 'u1' } });
  });
});

it('exports name the version that wrote them', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(PRODUCT.version).toBe(version);
});
