import fc from 'fast-check';
import { LENIENT, STRICT } from '../client-profile';
import { ScimError } from '../errors';
import { createRegistry } from '../schema/create-registry';
import { CUSTOM_URN } from '../schema/custom-user';
import { ENTERPRISE_URN } from '../schema/enterprise-user';
import { USER_URN } from '../schema/user';
import type { Json, JsonObject } from '../schema/types';
import { applyPatch, parsePatch, PATCH_URN, splitMembers } from './index';

const registry = createRegistry();

/** Whatever arrives is either applied or refused with a SCIM error; 500s are ours to prevent. */
function survive(typeName: 'User' | 'Group', body: Json): void {
  const type = registry.type(typeName);
  for (const profile of [LENIENT, STRICT]) {
    const before: JsonObject = {
      schemas: [USER_URN, ENTERPRISE_URN],
      userName: 'ava',
      displayName: 'd',
      name: { givenName: 'A' },
      emails: [{ value: 'a', type: 'work', primary: true }],
      [ENTERPRISE_URN]: { manager: { value: 'm' } },
    };
    const frozen = structuredClone(before);
    try {
      const { steps, password } = parsePatch(type, body, profile);
      const { attributeSteps } = typeName === 'Group' ? splitMembers(steps, profile) : { attributeSteps: steps };
      const after = applyPatch(type, before, attributeSteps, profile);
      expect(after).not.toHaveProperty('password');
      if (password !== undefined) expect(typeof password).toBe('string');
      expect(Array.isArray(after.schemas)).toBe(true);
      expect(applyPatch(type, after, [], profile)).toEqual(after);
    } catch (error) {
      if (!(error instanceof ScimError)) throw error;
      expect(error.status).toBeGreaterThanOrEqual(400);
      expect(error.status).toBeLessThan(500);
    }
    expect(before).toEqual(frozen);
    expect(({} as JsonObject).polluted).toBeUndefined();
  }
}

const names = fc.constantFrom(
  ...[
    'userName',
    'title',
    'active',
    'name',
    'emails',
    'members',
    'password',
    'id',
    'schemas',
    'meta',
    'groups',
    'manager',
  ],
  ...[
    'value',
    'type',
    'primary',
    'givenName',
    'display',
    '$ref',
    '__proto__',
    'constructor',
    'toString',
    'polluted',
    '',
  ],
  ...[
    USER_URN,
    ENTERPRISE_URN,
    CUSTOM_URN,
    `${ENTERPRISE_URN}:manager`,
    `${CUSTOM_URN}:x`,
    'emails[type eq "work"].value',
  ],
);
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(fc.string(), fc.constantFrom<Json>('True', '', 'x', null, true, 0, 1e300, -0.5, '\0', '\ud800')),
    fc.array(tie('json'), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.oneof({ weight: 4, arbitrary: names }, { weight: 1, arbitrary: fc.string() }), tie('json')), {
        maxLength: 4,
      })
      // JSON.parse, unlike an assignment, makes an own member of "__proto__".
      .map(
        (entries) =>
          JSON.parse(`{${entries.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`).join()}}`) as Json,
      ),
  ),
}));
const filter = fc.constantFrom(
  'type eq "work"',
  'value pr',
  'primary eq "True"',
  'x eq 1',
  'not (value eq null)',
  '',
  'value eq',
);
const path = fc.oneof(
  names,
  fc.tuple(names, names).map((parts) => parts.join('.')),
  fc.tuple(names, filter).map(([name, f]) => `${name}[${f}]`),
  fc.tuple(names, filter, names).map(([name, f, sub]) => `${name}[${f}].${sub}`),
  fc.string(),
);
const operation = fc.record(
  { op: fc.constantFrom('add', 'Replace', 'remove', 'move'), path: fc.oneof(path, json), value: json },
  { requiredKeys: ['op'] },
) as fc.Arbitrary<Json>;
const typeName = fc.constantFrom('User' as const, 'Group' as const);

describe('PATCH bodies that nobody should send', () => {
  it('arbitrary JSON', () => {
    fc.assert(fc.property(typeName, json, survive), { numRuns: 500 });
  });

  it('arbitrary operations', () => {
    const body = fc
      .array(operation, { minLength: 1, maxLength: 4 })
      .map((Operations): Json => ({ schemas: [PATCH_URN], Operations }));
    fc.assert(fc.property(typeName, body, survive), { numRuns: 3_000 });
  });

  it('deep, wide and long ones, in little time', () => {
    const deep = (open: string, close: string) => JSON.parse(open.repeat(5_000) + '1' + close.repeat(5_000)) as Json;
    const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, i]));
    const started = process.cpuUsage();
    for (const value of [
      deep('[', ']'),
      deep('{"name":', '}'),
      deep(`{"${USER_URN}":`, '}'),
      deep(`{"${ENTERPRISE_URN}":`, '}'),
      wide,
    ]) {
      survive('User', value);
      for (const op of ['add', 'replace', 'remove']) {
        for (const to of [undefined, 'name', 'emails', ENTERPRISE_URN, 'title', 'emails[value pr]']) {
          survive('User', { schemas: [PATCH_URN], Operations: [{ op, value, ...(to && { path: to }) }] });
        }
      }
    }
    survive('User', { schemas: [PATCH_URN], Operations: [{ op: 'remove', path: 'emails['.repeat(100_000) }] });
    survive('User', { schemas: [PATCH_URN], Operations: [{ op: 'remove', path: 'a.'.repeat(8_000) }] });
    survive('User', { schemas: [PATCH_URN], Operations: [{ op: 'remove', path: 'urn:'.repeat(4_000) }] });
    const spent = process.cpuUsage(started);
    expect((spent.user + spent.system) / 1_000).toBeLessThan(3_000);
  });
});
