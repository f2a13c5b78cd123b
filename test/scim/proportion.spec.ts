import { BULK, expectScimError, GROUP, type Json, PATCH_OP, ScimServer, USER } from './scim-client';

let scim: ScimServer;
beforeAll(async () => {
  scim = await ScimServer.start();
});
afterAll(() => scim?.stop());

const SCIM_ERROR = { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], detail: expect.stringMatching(/\.$/) };

describe('work out of proportion', () => {
  const timed = async (work: () => Promise<void>): Promise<number> => {
    const started = performance.now();
    await work();
    return performance.now() - started;
  };

  it('in a PATCH is refused, and much that is cheap is done', async () => {
    const user = await scim.createdUser();
    const path = `/Users/${user.id}`;
    const emails = Array.from({ length: 20_000 }, (_, i) => ({
      op: 'add',
      path: 'emails',
      value: [{ value: `${i}` }],
    }));
    expect(await timed(async () => expectScimError(await scim.patch(path, ...emails), 413))).toBeLessThan(5_000);
    const titles = Array.from({ length: 20_000 }, (_, i) => ({ op: 'replace', path: 'title', value: `${i}` }));
    expect((await scim.patch(path, ...titles)).body.title).toBe('19999');
    expect(await scim.read(path)).not.toHaveProperty('emails');
  });

  it('in a Bulk ends at its limits', async () => {
    const remove = { method: 'DELETE', path: '/Users/x' };
    const bulk = (Operations: unknown[]) => scim.scim('POST', '/Bulk', { schemas: [BULK], Operations });
    expectScimError(await bulk(Array.from({ length: 10_001 }, () => remove)), 413);
    const spent = await timed(async () => {
      const { status, body } = await bulk(Array.from({ length: 10_000 }, () => remove));
      expect(status).toBe(200);
      expect(new Set((body.Operations as Json[]).map((operation) => operation.status))).toEqual(new Set(['404']));
    });
    expect(spent).toBeLessThan(10_000);
  });

  it('in the references of a Bulk comes to an end: circles, oneself, nobody', async () => {
    const names = Array.from({ length: 100 }, (_, i) => `g${i}`);
    const Operations = names.map((bulkId, i) => ({
      method: 'POST',
      path: '/Groups',
      bulkId,
      data: { schemas: [GROUP], displayName: bulkId, members: [{ value: `bulkId:${names[(i + 1) % 100]}` }] },
    }));
    const { body } = await scim.scim('POST', '/Bulk', { schemas: [BULK], Operations });
    const answers = body.Operations as Json[];
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['201']));
    const groups = await Promise.all(
      answers.slice(0, 5).map(({ location }) => scim.read(String(location).replace(scim.server.baseUrl, ''))),
    );
    for (const [i, group] of groups.entries()) {
      expect(group.members).toMatchObject([{ display: `g${i + 1}` }]);
      expect((group.meta as Json).version).toBe(answers[i]!.version);
    }
    const nobody = {
      method: 'POST',
      path: '/Groups',
      bulkId: 'n',
      data: { displayName: 'n', members: [{ value: 'bulkId:x' }] },
    };
    const answer = await scim.scim('POST', '/Bulk', { schemas: [BULK], Operations: [nobody] });
    expect(answer.body.Operations).toMatchObject([{ status: '400', response: { scimType: 'invalidValue' } }]);
  });

  it('in a bulk operation is that operation’s fault alone (RFC 7644 §3.7.3)', async () => {
    const Operations = [
      null,
      5,
      [],
      { method: 'GET', path: '/Users' },
      { method: 'POST', path: '/Users', data: scim.user() },
      { method: 'POST', path: '/Nope', bulkId: '1', data: {} },
      { method: 'POST', path: '/Bulk', bulkId: '2', data: {} },
      { method: 'POST', path: '/Users/x', bulkId: '3', data: {} },
      { method: 'PUT', path: '/Users', data: {} },
      { method: 'PATCH', path: '/Users/none', data: { schemas: [PATCH_OP], Operations: [{ op: 'add', value: {} }] } },
      { method: 'DELETE', path: '/Users/%zz' },
      { method: 'POST', path: '/Users', bulkId: '__proto__', data: scim.user() },
      { method: 'POST', path: '/Users', bulkId: 'ok', data: scim.user({ schemas: [USER] }) },
    ];
    const { status, body } = await scim.scim('POST', '/Bulk', { schemas: [BULK], Operations });
    expect(status).toBe(200);
    const answers = body.Operations as Json[];
    expect(answers.map((answer) => answer.status)).toEqual([
      '400',
      '400',
      '400',
      '400',
      '400',
      '404',
      '404',
      '400',
      '400',
      '404',
      '400',
      '201',
      '201',
    ]);
    for (const answer of answers.slice(0, 11)) {
      expect(answer.response).toMatchObject({ ...SCIM_ERROR, status: answer.status });
      if (answer.method === 'POST') expect(answer).not.toHaveProperty('location');
    }
  });
});
