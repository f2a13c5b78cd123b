import { startServer } from '../support/server';
import { RequestChange } from './assertion';
import { ASSERTIONS } from './assertions';
import { areFacts, differences } from './facts';
import { NOT_APPLICABLE } from './not-applicable';
import { loadVectors, WireVector } from './vectors';
import { Json, WireAnswer } from './wire-client';
import { CORE, ENT, World } from './world';

const SENT = loadVectors().filter(({ id }) => !(id in NOT_APPLICABLE));

let server: Awaited<ReturnType<typeof startServer>>;
let world: World;

jest.setTimeout(60_000);
beforeAll(async () => {
  server = await startServer();
  world = new World(server);
});
beforeEach(() => world.clear());
afterEach(() => jest.useRealTimers());
afterAll(() => server?.stop());

describe('on the wire', () => {
  test.each(SENT.map((vector) => [vector.id, vector.q ?? '', vector] as const))('%s %s', async (id, _, vector) => {
    const answer = await play(vector);
    judge(vector, answer);
    const { x = {} } = vector;
    const assertion = ASSERTIONS[id];
    if (assertion?.headers) assertion.headers(answer, world);
    else
      for (const [name, value] of Object.entries(x.h ?? {})) expect(answer.headers.get(name)).toMatch(starting(value));
    if (assertion?.body) await assertion.body(answer, world);
    else if (areFacts(x.b)) expect(differences(filled(x.b), await subject(vector, answer))).toEqual([]);
    await assertion?.post?.(world, answer);
  });

  it('takes numbers where a string belongs and gives strings (the warning of OK-A3)', async () => {
    const user = await world.user('U1', {
      schemas: [CORE, ENT],
      externalId: 701984,
      [ENT]: { employeeNumber: 701984 },
    });
    expect(user).toMatchObject({ externalId: '701984', [ENT]: { employeeNumber: '701984' } });
    expect(await world.read('/Users/<U1>')).toMatchObject({
      externalId: '701984',
      [ENT]: { employeeNumber: '701984' },
    });
  });
});

describe('in the audit trail', () => {
  const recorded = SENT.filter(({ id }) => ASSERTIONS[id]?.audit);
  test.each(recorded.map((vector) => [vector.id, vector] as const))('%s', async (id, vector) => {
    await ASSERTIONS[id]?.audit?.(world, await play(vector));
  });
});

/** Makes the directory of the vector and sends its request. */
async function play(vector: WireVector): Promise<WireAnswer> {
  const arrange = ASSERTIONS[vector.id]?.arrange;
  const change: RequestChange = (arrange ? await arrange(world) : await arrangePlaceholders(vector)) ?? {};
  const [, method = '', path = ''] = /^(\S+) (.*)$/s.exec(change.q ?? vector.q ?? '') ?? [];
  const answer = await world.send(
    method,
    path,
    bodyOf(change.b ?? vector.b, vector.abbr),
    headersOf({ ...vector.h, ...change.h }),
  );
  if (method === 'POST' && answer.status === 201) {
    const name = path === '/Groups' ? 'G1' : 'U1';
    if (!world.names.has(name)) world.names.set(name, String(answer.body.id));
  }
  return answer;
}

/** Everyone whom the vector mentions exists, Ava when users are listed, and the group holds them all. */
async function arrangePlaceholders({ q = '', b, x }: WireVector): Promise<void> {
  const text = q + JSON.stringify(b ?? '') + (q.startsWith('POST') ? '' : JSON.stringify(x ?? ''));
  const names = new Set([...text.matchAll(/<([UG]\d)>/g)].map(([, name = '']) => name));
  const nobody = areFacts(x?.b) && (x?.b as Json).totalResults === 0 && q.includes('ava');
  if (text.includes('<u1-upper-case>') || (/^GET \/Users(\?|$)/.test(q) && !nobody)) names.add('U1');
  const people = [...names].filter((name) => name.startsWith('U')).sort();
  for (const name of people) await world.user(name);
  if (names.has('G1')) await world.group('G1', 'Sales', people);
}

/** A body with its placeholders filled and its abbreviated schemas spelled out; text stays as it is. */
function bodyOf(body: unknown, abbreviated = false): unknown {
  if (body === undefined || typeof body === 'string') return body;
  const copy = filled(body) as Json;
  if (!abbreviated) return copy;
  const urns: Readonly<Record<string, string>> = { CORE, ENT };
  return { ...copy, schemas: (copy.schemas as string[]).map((schema) => urns[schema] ?? schema) };
}

const filled = (value: unknown): unknown => JSON.parse(world.fill(JSON.stringify(value)));

const headersOf = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, world.fill(value)]));

/** What holds for each answer, whatever the vector is about (RFC 7644 §3.1, §3.12; catalogue OK-C1: no password comes back). */
function judge({ id, q = '', x }: WireVector, { status, headers, text, body }: WireAnswer): void {
  const success = q.startsWith('PATCH') ? [200, 204] : [200];
  if (!(x?.s ?? success).includes(status)) throw new Error(`${id} answered ${status}: ${text.slice(0, 1000)}`);
  expect(text).not.toMatch(/"password"\s*:/);
  if (status === 204 || status === 304) return expect(text).toBe('');
  expect(headers.get('content-type')).toMatch(
    id === 'R61' ? /^application\/(scim\+)?json/ : /^application\/scim\+json/,
  );
  expect(body).not.toEqual({});
  if (status < 400) return;
  expect(body).toMatchObject({ schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: String(status) });
  expect(body.detail).toMatch(/\S/);
}

/** The body that the facts are about: the resource itself where a PATCH answers 204. */
const subject = async ({ q = '' }: WireVector, answer: WireAnswer): Promise<Json> =>
  answer.status === 204 ? world.read(q.split(' ')[1] ?? '') : answer.body;

const starting = (value: string): RegExp =>
  new RegExp(`^${world.fill(value).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(;|$)`);
