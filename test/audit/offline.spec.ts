import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, DIST } from '../faults/build';
import type { Json } from '../scim/scim-client';
import { AuditServer, checked as check } from './audit-server';
import { FileTampering } from './file-tampering';
import { seeded } from './tampering';

const ATTEMPTS = 500;

let audit: AuditServer;
let users: string[];
beforeAll(async () => {
  audit = await AuditServer.start();
  users = await audit.users(6);
  await audit.seal();
  await audit.app.scim.createdGroup('Engineering', users);
  await audit.users(8);
  await audit.seal();
  await audit.users(5);
  await audit.seal();
});
afterAll(() => audit.stop());

const exported = (query?: string) => audit.exported(query);

const eventsOf = (lines: readonly string[]) =>
  lines.filter((line) => line.startsWith('{"id":')).map((line) => JSON.parse(line) as Json & { sequence: number });

it('a whole export proves itself, and goes as far as verifying says', async () => {
  const lines = await exported();
  const verified = (await audit.verify()) as { sealed: number; head: { seal: number; hash: string } };
  const { id } = (await audit.get('signing-key')) as { id: string };
  const known = { keyIds: [id], seal: { number: verified.head.seal, hash: verified.head.hash } };
  const found = check(lines, known);
  expect(found.fault).toBeUndefined();
  expect(found.check).toMatchObject({ sealed: verified.sealed, dropped: 0 });
  expect(found.check.header).toMatchObject({ complete: true, tenant: { slug: 'default' }, filter: {} });
  const listed = ((await audit.get('events?order=asc&limit=1000')) as { items: Json[] }).items;
  // What tells of the export itself stands behind what it shows.
  expect(listed.splice(-2).map(({ type }) => type)).toEqual(['audit.export_started', 'audit.exported']);
  expect(eventsOf(lines).map(({ original: _, ...event }) => event)).toEqual(listed);
});

it('a narrowed one proves what it has', async () => {
  for (const query of [`&userId=${users[0]}`, '&type=group.*', '&category=provisioning', '&to=2001-01-01']) {
    const lines = await exported(query);
    const found = check(lines);
    expect({ query, fault: found.fault }).toEqual({ query, fault: undefined });
    expect(found.check).toMatchObject({ events: eventsOf(lines).length, sealed: eventsOf(lines).length, unsealed: 0 });
    expect(found.check.header).toMatchObject({ complete: false });
  }
  expect(eventsOf(await exported(`&userId=${users[0]}`)).length).toBeGreaterThan(1);
});

it('events that are not sealed yet are there, and the signature of the file covers them', async () => {
  const lines = await exported();
  const [fresh] = await audit.users(1);
  const longer = await exported(`&userId=${fresh}`);
  const { check: found, fault } = check(longer);
  expect({ fault, events: found.sealed + found.unsealed }).toEqual({ fault: undefined, events: 1 });
  // Wherever the first had its head, it stays as good as it was.
  expect(check(lines).fault).toBeUndefined();
});

it('one whose person was erased holds, and shows nothing of them', async () => {
  const user = await audit.app.scim.createdUser({ userName: 'secret@corp.example', title: 'Spy' });
  await audit.seal();
  await audit.database.query('DELETE FROM subject_keys WHERE subject_id = $1', [user.id]);
  const lines = await exported();
  expect(check(lines).fault).toBeUndefined();
  expect(lines.join('')).not.toContain('secret');
  expect(eventsOf(lines).find(({ subject }) => (subject as Json | null)?.id === user.id)).toMatchObject({
    erased: true,
  });
});

it('whoever knows the key or a seal of the record is not shown another one', async () => {
  const lines = await exported();
  expect(check(lines, { keyIds: ['0'.repeat(64)] }).fault).toMatchObject({ line: 1 });
  expect(check(lines, { seal: { number: 1, hash: '0'.repeat(64) } }).fault).toMatchObject({ seal: 1 });
  expect(check(lines, { seal: { number: 999, hash: '0'.repeat(64) } }).fault).toMatchObject({ seal: 999 });
});

it('what was changed in the database is found in the export as well', async () => {
  const { database, tenantId } = audit;
  const at = `tenant_id = '${tenantId}' AND subject_id = '${users[2]}' AND type = 'user.created'`;
  const { rows } = await database.query<{ seq: string; subject_type: string }>(`SELECT seq FROM events WHERE ${at}`);
  await database.query(`UPDATE events SET subject_type = 'Robot' WHERE ${at}`);
  for (const query of ['', `&userId=${users[2]}`])
    expect(check(await exported(query)).fault).toMatchObject({ sequence: rows[0]!.seq });
  await database.query(`UPDATE events SET subject_type = 'User' WHERE ${at}`);
  expect(check(await exported()).fault).toBeUndefined();
});

describe('npm run audit:verify', () => {
  let folder: string;
  beforeAll(() => {
    build();
    folder = mkdtempSync(join(tmpdir(), 'provost-audit-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function run(name: string, lines: readonly string[], ...args: string[]): { code: number; said: string } {
    const file = join(folder, name);
    writeFileSync(file, lines.join(''));
    const program = join(DIST, 'apps/api/src/verify-export.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, file, ...args], { encoding: 'utf8' });
    return { code: status!, said: stdout + stderr };
  }

  it('says what it found, in words and by its exit code', async () => {
    const lines = await exported();
    const { publicKey } = (await audit.get('signing-key')) as { publicKey: string };
    const { head } = (await audit.verify()) as { head: { seal: number; hash: string } };
    const key = join(folder, 'key.pem');
    writeFileSync(key, publicKey);
    const whole = run('whole.ndjson', lines, '--key', key, '--seal', `${head.seal}:${head.hash}`);
    expect(whole).toMatchObject({
      code: 0,
      said: expect.stringMatching(/as it was recorded.*with the key that you named/s),
    });
    const [event] = eventsOf(lines);
    const changed = lines.map((line) => line.replace('"actor":{"type":"system"', '"actor":{"type":"nobody"'));
    expect(run('changed.ndjson', changed)).toEqual({
      code: 1,
      said: expect.stringContaining(`line 2: Event ${event!.sequence} `),
    });
    expect(run('narrowed.ndjson', await exported('&type=group.*'))).toMatchObject({
      code: 0,
      said: expect.stringContaining('narrowed by type=group.*'),
    });
    expect(run('export.csv', ['sequence,time\r\n'])).toMatchObject({
      code: 1,
      said: expect.stringContaining('format=ndjson'),
    });
    expect(run('whole.ndjson', lines, '--key', join(folder, 'none'))).toMatchObject({
      code: 2,
      said: expect.stringContaining('There is no file'),
    });
  });
});

describe('somebody who has the file, but not the key', () => {
  it.each(['', '&type=user.*'])(`is found out, ${ATTEMPTS} times of ${ATTEMPTS} (%s)`, async (query) => {
    await audit.seal();
    const lines = await exported(query);
    const { id } = (await audit.get('signing-key')) as { id: string };
    const kinds = Object.entries(new FileTampering(lines, seeded(20261128)).kinds);
    expect(check(lines, { keyIds: [id] }).fault).toBeUndefined();
    const missed: string[] = [];
    const unnamed: string[] = [];
    for (let i = 0; i < ATTEMPTS; i++) {
      const [name, tamper] = kinds[i % kinds.length]!;
      const changed = tamper();
      if (changed.join('') === lines.join('')) continue;
      const { fault } = check(changed, { keyIds: [id] });
      if (!fault) missed.push(`${i}: ${name}`);
      else if (/ of an event$/.test(name) && fault.sequence === undefined) unnamed.push(`${name}: ${fault.fault}`);
    }
    expect({ missed, unnamed }).toEqual({ missed: [], unnamed: [] });
    expect(kinds.length).toBeGreaterThan(40);
  });
});
