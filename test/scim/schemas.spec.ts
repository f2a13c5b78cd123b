import {
  bearer,
  CUSTOM,
  ENTERPRISE,
  expectScimError,
  filter,
  GROUP,
  type Json,
  PATCH_OP,
  ScimServer,
  SEARCH,
  USER,
} from './scim-client';

const ACME = 'urn:ietf:params:scim:schemas:extension:Acme:2.0:User';
const TEAM = 'urn:example:scim:schemas:extension:team:1.0:Group';

let scim: ScimServer;
beforeAll(async () => {
  scim = await ScimServer.start();
});
afterAll(() => scim?.stop());

const add = (body: unknown, headers = {}) => scim.api('POST', '/schemas', body, headers);
const definition = (more: Json): Json => ({ type: 'string', ...more });

describe('a tenant’s own extension of users (contract §3)', () => {
  beforeAll(async () => {
    const { status, text } = await add({
      urn: ACME,
      name: 'Acme',
      description: 'What Acme knows of its people',
      attributes: [
        definition({ name: 'badge', caseExact: true }),
        definition({ name: 'level', type: 'integer' }),
        definition({ name: 'ratio', type: 'decimal' }),
        definition({ name: 'contractor', type: 'boolean' }),
        definition({ name: 'hired', type: 'dateTime' }),
        definition({ name: 'born', mutability: 'immutable' }),
        definition({ name: 'pin', mutability: 'writeOnly' }),
        definition({ name: 'rating', returned: 'request' }),
        definition({ name: 'score', mutability: 'readOnly' }),
        definition({ name: 'skills', multiValued: true }),
        definition({
          name: 'desks',
          type: 'complex',
          multiValued: true,
          subAttributes: [
            definition({ name: 'value' }),
            definition({ name: 'floor', type: 'integer' }),
            definition({ name: 'primary', type: 'boolean' }),
          ],
        }),
        definition({
          name: 'car',
          type: 'complex',
          subAttributes: [definition({ name: 'plate', required: true }), definition({ name: 'colour' })],
        }),
      ],
    });
    expect({ status, text }).toMatchObject({ status: 201 });
  });

  it('is in discovery at once', async () => {
    expect(await scim.read(`/Schemas/${ACME}`)).toMatchObject({ id: ACME, name: 'Acme' });
    expect((await scim.read('/ResourceTypes/User')).schemaExtensions).toContainEqual({ schema: ACME, required: false });
    const { items, nextCursor } = (await scim.api('GET', '/schemas')).body as { items: Json[]; nextCursor: null };
    expect(nextCursor).toBeNull();
    expect(items).toMatchObject([{ urn: ACME, resourceType: 'User', name: 'Acme', attributes: expect.any(Array) }]);
  });

  const block = {
    badge: 'B-7',
    level: 3,
    ratio: 1.5,
    contractor: true,
    hired: '2020-01-31T09:30:00+01:00',
    skills: ['go', 'ts'],
  };

  it('is stored with the user and given back', async () => {
    const user = await scim.createdUser({
      [ACME]: { ...block, pin: '1234', score: 'mine', desks: [{ value: 'D1', floor: 2 }] },
    });
    expect(user.schemas).toEqual([USER, ACME]);
    expect(user[ACME]).toEqual({ ...block, desks: [{ value: 'D1', floor: 2 }] });
    expect(await scim.read(`/Users/${user.id}`)).toEqual(user);
  });

  it('is patched by path, by sub-attribute, by filter, as a block and removed', async () => {
    const user = await scim.createdUser();
    const path = `/Users/${user.id}`;
    const one = await scim.patch(
      path,
      { op: 'add', path: `${ACME}:badge`, value: 'B-8' },
      { op: 'add', path: `${ACME}:car.plate`, value: 'B AC 1' },
      {
        op: 'add',
        path: `${ACME}:desks`,
        value: [
          { value: 'D1', floor: 1 },
          { value: 'D2', floor: 2 },
        ],
      },
      { op: 'replace', path: `${ACME}:desks[value eq "D2"].floor`, value: 3 },
    );
    expect(one.body[ACME]).toEqual({
      badge: 'B-8',
      car: { plate: 'B AC 1' },
      desks: [
        { value: 'D1', floor: 1 },
        { value: 'D2', floor: 3 },
      ],
    });
    const two = await scim.patch(
      path,
      { op: 'replace', value: { [ACME]: { level: 5 }, [`${ACME}:contractor`]: false } },
      { op: 'remove', path: `${ACME}:desks[floor gt 2]` },
      { op: 'remove', path: `${ACME}:car` },
    );
    expect(two.body[ACME]).toEqual({ badge: 'B-8', level: 5, contractor: false, desks: [{ value: 'D1', floor: 1 }] });
    const three = await scim.patch(path, { op: 'remove', path: ACME });
    expect(three.body).not.toHaveProperty([ACME]);
    expect(three.body.schemas).toEqual([USER]);
  });

  it('is filtered and sorted by each of its types', async () => {
    await scim.createdUser({ userName: 'f1@acme', [ACME]: { ...block, badge: 'F1', level: 10 } });
    await scim.createdUser({
      userName: 'f2@acme',
      [ACME]: { badge: 'f1', level: 9, hired: '2019-12-31T23:59:59Z', desks: [{ value: 'x', floor: 7 }] },
    });
    const found = async (text: string) =>
      ((await scim.read(`/Users?${filter(`userName ew "@acme" and (${text})`)}`)).Resources as Json[]).map(
        (u) => u.userName,
      );
    for (const [text, expected] of [
      [`${ACME}:badge eq "F1"`, ['f1@acme']],
      [`${ACME.toUpperCase()}:BADGE eq "f1"`, ['f2@acme']],
      [`${ACME}:level gt 9`, ['f1@acme']],
      [`${ACME}:level ge 9 and ${ACME}:ratio lt 2`, ['f1@acme']],
      [`${ACME}:contractor eq true`, ['f1@acme']],
      [`${ACME}:hired lt "2020-01-01T00:00:00Z"`, ['f2@acme']],
      [`${ACME}:skills eq "GO"`, ['f1@acme']],
      [`${ACME}:desks[floor eq 7 and value eq "X"]`, ['f2@acme']],
      [`not (${ACME}:desks pr)`, ['f1@acme']],
      [`schemas eq "${ACME}"`, ['f1@acme', 'f2@acme']],
    ] as const)
      expect([text, await found(text)]).toEqual([text, expected]);
    const sorted = await scim.read(`/Users?sortBy=${ACME}:level&${filter('userName ew "@acme"')}`);
    expect((sorted.Resources as Json[]).map((u) => u.userName)).toEqual(['f2@acme', 'f1@acme']);
  });

  it('keeps its characteristics: never returned, on request, immutable, read-only, required', async () => {
    const user = await scim.createdUser({ [ACME]: { badge: 'C', pin: '1234', rating: 'A', born: 'x', score: 'mine' } });
    const path = `/Users/${user.id}`;
    expect(user[ACME]).toEqual({ badge: 'C', born: 'x' });
    expect((await scim.read(`${path}?attributes=${ACME}:rating,${ACME}:pin`))[ACME]).toEqual({ rating: 'A' });
    for (const text of [`${ACME}:pin eq "1234"`, `${ACME}:pin pr`])
      expectScimError(await scim.scim('GET', `/Users?${filter(text)}`), 400, 'invalidFilter');
    expectScimError(await scim.scim('GET', `/Users?sortBy=${ACME}:pin`), 400, 'invalidValue');
    expectScimError(await scim.patch(path, { op: 'replace', path: `${ACME}:born`, value: 'y' }), 400, 'mutability');
    expectScimError(await scim.patch(path, { op: 'add', path: `${ACME}:score`, value: 'y' }), 400, 'mutability');
    expectScimError(
      await scim.patch(path, { op: 'add', path: `${ACME}:car`, value: { colour: 'red' } }),
      400,
      'invalidValue',
    );
    const body = { schemas: [USER], userName: user.userName, [ACME]: { born: 'y' } };
    expectScimError(await scim.scim('PUT', path, body), 400, 'mutability');
    for (const wrong of [
      { level: 'many' },
      { level: 1.5 },
      { contractor: 'perhaps' },
      { hired: 'yesterday' },
      { badge: {} },
      { car: {}, desks: 'x', skills: [[]] },
    ])
      expectScimError(await scim.scim('POST', '/Users', scim.user({ [ACME]: wrong })), 400, 'invalidValue');
  });

  it('is projected as a whole and in parts, and searched', async () => {
    const user = await scim.createdUser({
      userName: 'p@acme2',
      title: 'T',
      [ACME]: block,
      [ENTERPRISE]: { department: 'D' },
    });
    const path = `/Users/${user.id}`;
    expect(await scim.read(`${path}?attributes=${ACME}`)).toEqual({
      schemas: user.schemas,
      id: user.id,
      [ACME]: block,
    });
    expect((await scim.read(`${path}?attributes=${ACME}:LEVEL`))[ACME]).toEqual({ level: 3 });
    expect(await scim.read(`${path}?excludedAttributes=${ACME}`)).not.toHaveProperty([ACME]);
    const search = { schemas: [SEARCH], filter: 'userName eq "p@acme2"', attributes: [`${ACME}:badge`, 'title'] };
    const { body } = await scim.scim('POST', '/Users/.search', search);
    expect((body.Resources as Json[])[0]).toMatchObject({ title: 'T', [ACME]: { badge: 'B-7' } });
  });

  it('belongs to its tenant alone', async () => {
    await scim.api('POST', '/tenants', { slug: 'plain', name: 'Plain' });
    const plain = bearer((await scim.credential({ kind: 'scim' }, { 'x-tenant': 'plain' })).token);
    expectScimError(await scim.scim('GET', `/Schemas/${ACME}`, undefined, plain), 404);
    const { body } = await scim.scim('POST', '/Users', scim.user({ [ACME]: block }), plain);
    expect(body).not.toHaveProperty([ACME]);
    expect(
      (await add({ urn: ACME, attributes: [definition({ name: 'other' })] }, { 'x-tenant': 'plain' })).status,
    ).toBe(201);
  });
});

describe('an extension of groups', () => {
  it('is created, patched, filtered and projected with the group', async () => {
    const body = {
      urn: TEAM,
      name: 'Team',
      resourceType: 'Group',
      attributes: [definition({ name: 'cost' }), definition({ name: 'size', type: 'integer' })],
    };
    expect((await add(body)).status).toBe(201);
    expect((await scim.read('/ResourceTypes/Group')).schemaExtensions).toEqual([{ schema: TEAM, required: false }]);
    expect((await scim.read('/ResourceTypes/User')).schemaExtensions).not.toContainEqual({
      schema: TEAM,
      required: false,
    });
    const group = await scim.created('/Groups', {
      schemas: [GROUP, TEAM],
      displayName: 'T',
      [TEAM]: { cost: 'c1', size: 5 },
    });
    expect(group).toMatchObject({ schemas: [GROUP, TEAM], [TEAM]: { cost: 'c1', size: 5 } });
    const path = `/Groups/${group.id}`;
    await scim.patch(path, { op: 'replace', path: `${TEAM}:size`, value: 6 }, { op: 'remove', path: `${TEAM}:cost` });
    expect((await scim.read(path))[TEAM]).toEqual({ size: 6 });
    expect(await scim.read(`/Groups?${filter(`${TEAM}:size gt 5`)}`)).toMatchObject({ totalResults: 1 });
    expect(Object.keys(await scim.read(`${path}?attributes=${TEAM}:size`)).sort()).toEqual(
      ['id', 'schemas', TEAM].sort(),
    );
  });
});

describe('the ready-made custom extension (contract §4)', () => {
  it('keeps whatever scalar comes, and can be given definitions', async () => {
    const user = await scim.createdUser({ [CUSTOM]: { badge: 'x', Floor: 3, remote: true, nested: { a: 1 } } });
    expect(user[CUSTOM]).toEqual({ badge: 'x', Floor: 3, remote: true });
    expect(await scim.read(`/Users?${filter(`${CUSTOM}:floor eq "3"`)}`)).toMatchObject({ totalResults: 1 });
    expect(
      (await add({ urn: CUSTOM, name: 'Ours', attributes: [definition({ name: 'grade', type: 'integer' })] })).status,
    ).toBe(201);
    expectScimError(await scim.scim('POST', '/Users', scim.user({ [CUSTOM]: { grade: 'high' } })), 400, 'invalidValue');
    expect((await scim.createdUser({ [CUSTOM]: { grade: 4, other: 'kept' } }))[CUSTOM]).toEqual({
      grade: 4,
      other: 'kept',
    });
  });
});

describe('a definition that cannot be kept is refused', () => {
  it.each<[string, unknown]>([
    ['no object', []],
    ['nothing', {}],
    ['a urn that is none', { urn: 'acme', attributes: [definition({ name: 'x' })] }],
    ['a urn that is built in', { urn: USER, attributes: [definition({ name: 'x' })] }],
    ['a urn of a message', { urn: PATCH_OP, attributes: [definition({ name: 'x' })] }],
    ['a urn below a built-in one', { urn: `${ENTERPRISE}:more`, attributes: [definition({ name: 'x' })] }],
    ['no attributes', { urn: 'urn:example:a:1.0:User', attributes: [] }],
    ['a name that is none', { urn: 'urn:example:a:1.0:User', attributes: [definition({ name: 'no name' })] }],
    ['a reserved name', { urn: 'urn:example:a:1.0:User', attributes: [definition({ name: 'password' })] }],
    ['a hostile name', { urn: 'urn:example:a:1.0:User', attributes: [definition({ name: 'constructor' })] }],
    [
      'a name twice',
      { urn: 'urn:example:a:1.0:User', attributes: [definition({ name: 'a' }), definition({ name: 'A' })] },
    ],
    ['an unknown type', { urn: 'urn:example:a:1.0:User', attributes: [{ name: 'a', type: 'text' }] }],
    [
      'an unknown resource type',
      { urn: 'urn:example:a:1.0:User', resourceType: 'Device', attributes: [definition({ name: 'a' })] },
    ],
    [
      'text that cannot be stored',
      { urn: 'urn:example:a:1.0:User', name: 'a\u0000', attributes: [definition({ name: 'a' })] },
    ],
  ])('%s', async (_, body) => {
    const answer = await add(body);
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 400 });
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.body.detail).toMatch(/^\S+ .*\.$/s);
  });

  it('a urn that is taken, in any case', async () => {
    const body = { urn: 'urn:example:taken:1.0:User', attributes: [definition({ name: 'x' })] };
    expect((await add(body)).status).toBe(201);
    for (const urn of [body.urn, body.urn.toUpperCase()]) expect((await add({ ...body, urn })).status).toBe(409);
  });
});
