import { bearer, type Json } from '../scim/scim-client';
import { NOBODY } from '../resources/resources-server';
import { AccessServer, asked } from './access-server';

let app: AccessServer;
let ava: string;
beforeAll(async () => {
  app = await AccessServer.start();
  ava = (await app.scim.createdUser()).id;
  await app.put('access_rules', {
    rules: [{ name: 'r', when: 'active eq true', permissions: ['read', 'write'] }],
  });
});
afterAll(() => app?.stop());

const ONE = '/access/v1/evaluation';
const MANY = '/access/v1/evaluations';
const faults = async (path: string, body: unknown): Promise<string[]> => {
  const answer = await app.post(path, body);
  expect(answer).toMatchObject({ status: 400, headers: { 'content-type': 'application/problem+json' } });
  expect(answer.body.detail).toMatch(/\.$/);
  return (answer.body.errors as Json[]).map(({ pointer, detail }) => `${String(pointer)} ${String(detail)}`);
};
const LENGTH = 'must be a text of 1 to 500 characters';

describe('an evaluation', () => {
  const question = () => asked(ava, 'read');

  it('answers with the decision and why (AuthZEN 1.0 §6)', async () => {
    const answer = await app.post(ONE, question(), { 'x-request-id': 'req-1' });
    expect(answer).toMatchObject({ status: 200, headers: { 'x-request-id': 'req-1' } });
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.body).toEqual({
      decision: true,
      context: { reason: 'granted', sources: [{ type: 'access_rule', rule: 'r' }] },
    });
  });

  it('takes what AuthZEN lets a body have besides', async () => {
    const { subject, action, resource } = question() as Record<string, Json>;
    const properties = { anything: [1] };
    const body = {
      subject: { ...subject, properties },
      action: { ...action, properties },
      resource: { ...resource, properties },
      context: { time: 'x' },
      more: 1,
    };
    expect((await app.post(ONE, body)).body).toMatchObject({ decision: true });
  });

  it.each<[string, unknown, string[]]>([
    ['nothing', {}, ['/subject is missing', '/action is missing', '/resource is missing']],
    ['a list', [], [' must be an object']],
    ['a text', '"x"', [' must be an object']],
    ['null', 'null', [' must be an object']],
    [
      'empty parts',
      { subject: {}, action: {}, resource: {} },
      ['/subject/type is missing', '/subject/id is missing', '/action/name is missing'].concat(
        ...['/resource/type is missing', '/resource/id is missing'],
      ),
    ],
    [
      'wrong types',
      { subject: 'ava', action: { name: 1 }, resource: { type: [], id: null }, context: 'none' },
      [
        '/subject must be an object',
        ...[`/action/name ${LENGTH}`, `/resource/type ${LENGTH}`, `/resource/id ${LENGTH}`],
        '/context must be an object',
      ],
    ],
    [
      'texts that are empty, too long or cannot be stored',
      { subject: { type: 'user', id: '' }, action: { name: 'x'.repeat(501) }, resource: { type: 'a', id: 'a\0' } },
      [`/subject/id ${LENGTH}`, `/action/name ${LENGTH}`, `/resource/id ${LENGTH}`],
    ],
    [
      'a context that is not plainly true or false',
      { ...asked(NOBODY, 'x'), context: { mfa: 'yes', device_trusted: 1 } },
      ['/context/mfa must be true or false', '/context/device_trusted must be true or false'],
    ],
  ])('refuses %s', async (_, body, told) => {
    expect(await faults(ONE, body)).toEqual(told);
  });

  it('refuses what is no JSON', async () => {
    expect((await app.post(ONE, '{')).status).toBe(400);
    expect((await app.post(ONE, '')).status).toBe(400);
  });

  it('takes members that name what objects inherit for what they are', async () => {
    const body = `{"subject":{"type":"user","id":"${ava}"},"action":{"name":"constructor"},"resource":{"type":"__proto__","id":"toString"},"__proto__":{"mfa":true}}`;
    expect((await app.post(ONE, body)).body).toMatchObject({ decision: false, context: { reason: 'no_source' } });
  });
});

it('answers what is asked at once each for itself, however odd the others are', async () => {
  const odd = ['\ud800', 'a\u0001', 'x'.repeat(500), "'", '{"', '\u{1F600}', '__proto__'];
  const questions = odd.flatMap((id) => [asked(ava, 'read', { type: id, id }), asked(id, 'read'), asked(ava, 'erase')]);
  const answers = await Promise.all(questions.map((question) => app.post(ONE, question)));
  expect(answers.map(({ status }) => status)).toEqual(questions.map(() => 200));
  expect(answers.map(({ body }) => body.decision)).toEqual(odd.flatMap(() => [true, false, false]));
});

describe('evaluations', () => {
  const subject = () => ({ type: 'user', id: ava });
  const resource = { type: 'app', id: 'x' };
  const named = (...names: string[]) => names.map((name) => ({ action: { name } }));
  const decisions = async (body: object) => {
    const answer = await app.post(MANY, { subject: subject(), resource, ...body });
    expect({ status: answer.status, text: answer.text }).toEqual({ status: 200, text: answer.text });
    return (answer.body.evaluations as Json[]).map(({ decision }) => decision);
  };

  it('take what an item leaves out from around it, and nothing that it has', async () => {
    const body = {
      action: { name: 'read' },
      evaluations: [
        {},
        ...named('erase'),
        { subject: { type: 'user', id: NOBODY } },
        { resource: { type: 'b', id: 'y' } },
      ],
    };
    expect(await decisions(body)).toEqual([true, false, false, true]);
  });

  it('answer one that is malformed in its place, and the others (§7.2.1)', async () => {
    const malformed = (message: string) => ({
      decision: false,
      context: { reason: 'malformed', sources: [], error: { status: 400, message } },
    });
    const yes = { decision: true, context: { reason: 'granted', sources: [{ type: 'access_rule', rule: 'r' }] } };
    const ask = async (evaluations: unknown[], more: object = {}) => {
      const answer = await app.post(MANY, { subject: subject(), resource, evaluations, ...more });
      expect({ status: answer.status, text: answer.text }).toEqual({ status: 200, text: answer.text });
      return answer.body.evaluations;
    };
    const some = [{}, ...named('read'), 7, { action: { name: 1 }, resource: 'x', context: { mfa: 'yes' } }];
    expect(await ask(some)).toEqual([
      malformed('/evaluations/0/action is missing.'),
      yes,
      malformed('/evaluations/2 must be an object.'),
      malformed(
        `/evaluations/3/resource must be an object. /evaluations/3/action/name ${LENGTH}. /evaluations/3/context/mfa must be true or false.`,
      ),
    ]);
    // A part is taken or replaced whole.
    expect(await ask([{ subject: { id: ava } }], { action: { name: 'read' } })).toEqual([
      malformed('/evaluations/0/subject/type is missing.'),
    ]);
    // It is a no, as for whoever stops at the first.
    const stopped = { options: { evaluations_semantic: 'deny_on_first_deny' } };
    expect(await ask([...named('read'), 7, ...named('read')], stopped)).toEqual([yes, expect.anything()]);
    const found = { options: { evaluations_semantic: 'permit_on_first_permit' } };
    expect(await ask([7, ...named('read', 'write')], found)).toEqual([expect.anything(), yes]);
  });

  it('are refused together for what is wrong around them', async () => {
    const evaluations = named('read');
    expect(await faults(MANY, { subject: 'ava', resource: { type: 'app' }, context: 1, evaluations })).toEqual([
      '/subject must be an object',
      '/resource/id is missing',
      '/context must be an object',
    ]);
  });

  it.each<[string | undefined, boolean[]]>([
    [undefined, [true, false, true, false]],
    ['execute_all', [true, false, true, false]],
    ['deny_on_first_deny', [true, false]],
    ['permit_on_first_permit', [true]],
  ])('end as %s says', async (evaluations_semantic, expected) => {
    const options = evaluations_semantic === undefined ? undefined : { evaluations_semantic };
    expect(await decisions({ evaluations: named('read', 'erase', 'write', 'burn'), options })).toEqual(expected);
  });

  it('end with the last where nothing stops them', async () => {
    const all = { evaluations: named('read', 'write'), options: { evaluations_semantic: 'deny_on_first_deny' } };
    expect(await decisions(all)).toEqual([true, true]);
    const none = { evaluations: named('a', 'b'), options: { evaluations_semantic: 'permit_on_first_permit' } };
    expect(await decisions(none)).toEqual([false, false]);
  });

  it('refuse a semantics that nobody knows', async () => {
    const told = [
      '/options/evaluations_semantic must be one of execute_all, deny_on_first_deny, permit_on_first_permit',
    ];
    const body = { ...asked(ava, 'read'), evaluations: [{}] };
    for (const evaluations_semantic of ['first', 1, {}])
      expect(await faults(MANY, { ...body, options: { evaluations_semantic } })).toEqual(told);
    expect(await faults(MANY, { ...body, options: [] })).toEqual(['/options must be an object']);
  });

  it('are one evaluation where there is no list, or an empty one (§7.1)', async () => {
    const one = (await app.post(ONE, asked(ava, 'read'))).body;
    expect((await app.post(MANY, asked(ava, 'read'))).body).toEqual(one);
    expect((await app.post(MANY, { ...asked(ava, 'read'), evaluations: [] })).body).toEqual(one);
    expect(await faults(MANY, {})).toHaveLength(3);
  });

  it('are a thousand at most', async () => {
    const items = (count: number) => named(...Array.from({ length: count }, (_, i) => (i % 2 ? 'read' : `p${i}`)));
    const answers = await decisions({ evaluations: items(1_000) });
    expect(answers).toEqual(Array.from({ length: 1_000 }, (_, i) => i % 2 === 1));
    const body = { subject: subject(), resource };
    const told = ['/evaluations must be a list of at most 1000 evaluations'];
    expect(await faults(MANY, { ...body, evaluations: items(1_001) })).toEqual(told);
    for (const evaluations of ['x', {}, null]) expect(await faults(MANY, { ...body, evaluations })).toEqual(told);
  });

  it('about a thousand people at once each get their own', async () => {
    const evaluations = Array.from({ length: 1_000 }, (_, i) => ({
      subject: { type: 'user', id: i % 3 ? ava : `0192aaaa-0000-7000-8000-${String(i).padStart(12, '0')}` },
    }));
    const answers = await decisions({ action: { name: 'read' }, evaluations });
    expect(answers).toEqual(evaluations.map((_, i) => i % 3 !== 0));
  });
});

describe('who may ask', () => {
  const ask = async (headers: Json, path = ONE, body: unknown = asked(ava, 'read')) =>
    (await app.post(path, body, headers as Record<string, string>)).status;

  it('the app, administrators, auditors and operators; no SCIM client and nobody else', async () => {
    for (const kind of ['app', 'admin', 'auditor'] as const) {
      expect(await ask(app.resources.as(kind))).toBe(200);
      expect(await ask(app.resources.as(kind), MANY)).toBe(200);
      await app.access(ava, app.resources.as(kind));
    }
    expect(await ask(bearer(app.scim.server.operatorToken))).toBe(200);
    const scim = bearer(app.scim.server.scimToken);
    for (const path of [ONE, MANY]) {
      expect(await ask(scim, path)).toBe(403);
      expect(await ask(bearer('nothing'), path)).toBe(401);
      expect(await ask({ authorization: '' }, path)).toBe(401);
    }
    await app.resources.must(403, 'GET', `/users/${ava}/access`, undefined, scim);
    await app.resources.must(401, 'GET', `/users/${ava}/access`, undefined, bearer('nothing'));
  });

  it('and each of them in their own tenant', async () => {
    const other = await app.foreign('elsewhere', 'app');
    const answer = await app.post(ONE, asked(ava, 'read'), other);
    expect(answer.body).toMatchObject({ decision: false, context: { reason: 'user_unknown' } });
    expect(await ask({ ...other, 'x-tenant': 'default' })).toBe(403);
    await app.resources.must(404, 'GET', `/users/${ava}/access`, undefined, other);
    const operator = { ...bearer(app.scim.server.operatorToken), 'x-tenant': 'elsewhere' };
    expect((await app.post(ONE, asked(ava, 'read'), operator)).body).toMatchObject({ decision: false });
    // The same person asked about in both, one answer remembered: it is not lent out.
    expect((await app.post(ONE, asked(ava, 'read'))).body).toMatchObject({ decision: true });
    expect((await app.post(ONE, asked(ava, 'read'), other)).body).toMatchObject({ decision: false });
  });
});

it('tells where all this is (§9.2)', async () => {
  const { status, body } = await app.scim.send('GET', '/.well-known/authzen-configuration', undefined, {});
  const root = app.scim.server.apiUrl;
  expect({ status, body }).toEqual({
    status: 200,
    body: {
      policy_decision_point: root,
      access_evaluation_endpoint: `${root}${ONE}`,
      access_evaluations_endpoint: `${root}${MANY}`,
    },
  });
});
