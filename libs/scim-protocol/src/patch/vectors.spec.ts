import { LENIENT, STRICT, type ClientProfile } from '../client-profile';
import { BadRequest, ScimError, type ScimType } from '../errors';
import { createRegistry } from '../schema/create-registry';
import { ENTERPRISE_URN } from '../schema/enterprise-user';
import { GROUP_URN } from '../schema/group';
import { USER_URN } from '../schema/user';
import type { Json, JsonObject } from '../schema/types';
import { applyPatch, parsePatch, PATCH_URN } from './index';

/** The PATCH vectors of the wire catalogue (§1.5, §1.7, §2.2, §3.4), each with our own data. */
const registry = createRegistry();
const user = registry.type('User');
const group = registry.type('Group');

const AVA: JsonObject = Object.freeze<JsonObject>({
  schemas: [USER_URN],
  id: 'u1',
  userName: 'ava@corp.example',
  externalId: '00u1',
  displayName: 'Ava Lee',
  title: 'Boss',
  active: true,
  name: { givenName: 'Ava', familyName: 'Lee' },
  emails: [
    { value: 'ava@corp.example', type: 'work', primary: true },
    { value: 'ava@home.example', type: 'home' },
  ],
  meta: { resourceType: 'User', created: '2026-01-01T00:00:00Z' },
});
const SALES: JsonObject = {
  schemas: [GROUP_URN],
  id: 'g1',
  displayName: 'Sales',
  members: [{ value: 'u1' }, { value: 'u2' }],
};

const body = (...Operations: Json[]): JsonObject => ({ schemas: [PATCH_URN], Operations });

function patch(Operations: Json[], before: JsonObject = AVA, profile: ClientProfile = LENIENT): JsonObject {
  const type = before.id === 'g1' ? group : user;
  const copy = structuredClone(before);
  const { steps } = parsePatch(type, body(...Operations), profile, { id: String(before.id) });
  const after = applyPatch(type, before, steps, profile);
  expect(before).toEqual(copy);
  return after;
}

function refusal(Operations: Json[], before: JsonObject = AVA, profile: ClientProfile = LENIENT): BadRequest {
  try {
    patch(Operations, before, profile);
  } catch (error) {
    expect(error).toBeInstanceOf(ScimError);
    return error as BadRequest;
  }
  throw new Error(`accepted: ${JSON.stringify(Operations)}`);
}

describe('Okta', () => {
  it('OK-U4, OK-U5: deactivates and reactivates without a path', () => {
    const off = patch([{ op: 'replace', value: { active: false } }]);
    expect(off).toEqual({ ...AVA, active: false });
    expect(patch([{ op: 'replace', value: { active: true } }], off)).toEqual(AVA);
  });

  it('OK-U6: the password goes its own way', () => {
    const parsed = parsePatch(user, body({ op: 'replace', value: { password: 'n3w-Pa55', title: 'T' } }), LENIENT);
    expect(parsed.password).toBe('n3w-Pa55');
    expect(JSON.stringify(parsed.steps)).not.toContain('n3w-Pa55');
    expect(applyPatch(user, AVA, parsed.steps, LENIENT)).toEqual({ ...AVA, title: 'T' });
    expect(refusal([{ op: 'replace', path: 'password', value: { x: 'n3w-Pa55' } }]).detail).not.toContain('n3w-Pa55');
    expect(refusal([{ op: 'remove', path: 'password' }]).scimType).toBe('mutability');
    expect(parsePatch(user, body({ op: 'replace', value: { password: null } }), LENIENT).password).toBeUndefined();
  });

  it('OK-G4: ignores the id in a rename', () => {
    const renamed = { op: 'replace', value: { id: 'g1', displayName: 'Sales EMEA' } };
    expect(patch([renamed], SALES)).toEqual({ ...SALES, displayName: 'Sales EMEA' });
    expect(patch([renamed], SALES, STRICT)).toEqual({ ...SALES, displayName: 'Sales EMEA' });
    const other = { op: 'replace', value: { id: 'g2', displayName: 'x', meta: {}, schemas: [] } };
    expect(patch([other], SALES)).toEqual({ ...SALES, displayName: 'x' });
    expect(refusal([other], SALES, STRICT).scimType).toBe('mutability');
  });

  it('OK-U9: empty values unassign', () => {
    const after = patch([{ op: 'replace', value: { title: '', displayName: null, emails: [] } }]);
    expect(after).not.toHaveProperty('title');
    expect(after).not.toHaveProperty('displayName');
    expect(after).not.toHaveProperty('emails');
  });

  it('OK-A3: takes numbers for strings', () => {
    expect(patch([{ op: 'replace', value: { externalId: 701984 } }]).externalId).toBe('701984');
  });
});

describe('Entra ID', () => {
  const phone = { op: 'Replace', path: 'phoneNumbers[type eq "mobile"].value', value: '+1 555 0100' };

  it('EN-U1: capitalised ops, value paths and dotted paths', () => {
    const after = patch([
      { Op: 'Replace', Path: 'emails[type eq "work"].value', Value: 'kit2@corp.example' },
      { op: 'Replace', path: 'name.familyName', value: 'Rae' },
      { op: 'REPLACE', path: 'USERNAME', value: 'kit2@corp.example' },
    ]);
    expect(after).toMatchObject({ userName: 'kit2@corp.example', name: { givenName: 'Ava', familyName: 'Rae' } });
    expect(after.emails).toEqual([
      { value: 'kit2@corp.example', type: 'work', primary: true },
      { value: 'ava@home.example', type: 'home' },
    ]);
  });

  it('EN-U2, EN-U3: string booleans and real ones', () => {
    expect(patch([{ op: 'Replace', path: 'active', value: 'False' }]).active).toBe(false);
    expect(patch([{ op: 'replace', path: 'active', value: false }]).active).toBe(false);
    expect(refusal([{ op: 'Replace', path: 'active', value: 'False' }], AVA, STRICT).scimType).toBe('invalidValue');
  });

  it('EN-U4: dotted and URN keys, and whole blocks, in a path-less value', () => {
    const after = patch([
      {
        op: 'replace',
        value: {
          displayName: 'Kit R',
          'name.givenName': 'Kit',
          [`${ENTERPRISE_URN}:employeeNumber`]: '77',
          [ENTERPRISE_URN.toUpperCase()]: { Department: 'Sales', 'manager.value': 'u9' },
          'emails[type eq "home"].value': 'kit@home.example',
        },
      },
    ]);
    expect(after).toMatchObject({ displayName: 'Kit R', name: { givenName: 'Kit', familyName: 'Lee' } });
    expect(after[ENTERPRISE_URN]).toEqual({ employeeNumber: '77', department: 'Sales', manager: { value: 'u9' } });
    expect(after.schemas).toEqual([USER_URN, ENTERPRISE_URN]);
    expect((after.emails as JsonObject[])[1]).toEqual({ value: 'kit@home.example', type: 'home' });
  });

  it('EN-U5, R51: the URN follows the extension block, coming and going', () => {
    const path = `${ENTERPRISE_URN}:department`;
    const added = patch([{ op: 'Add', path, value: 'Sales' }]);
    expect(added).toEqual({ ...AVA, schemas: [USER_URN, ENTERPRISE_URN], [ENTERPRISE_URN]: { department: 'Sales' } });
    expect(patch([{ op: 'Remove', path }], added)).toEqual(AVA);
    expect(patch([{ op: 'Remove', path: ENTERPRISE_URN }], added)).toEqual(AVA);
    expect(patch([{ op: 'replace', path: ENTERPRISE_URN, value: { department: null } }], added)).toEqual(AVA);
  });

  it('EN-U6, K5: a manager that is a bare string, an array, or nothing', () => {
    const path = `${ENTERPRISE_URN}:manager`;
    const manager = (after: JsonObject) => (after[ENTERPRISE_URN] as JsonObject | undefined)?.manager;
    const set = patch([{ op: 'Add', path, value: 'u9' }]);
    expect(manager(set)).toEqual({ value: 'u9' });
    expect(manager(patch([{ op: 'Replace', path, value: 'u8' }], set))).toEqual({ value: 'u8' });
    expect(manager(patch([{ op: 'Add', path: 'manager', value: [{ $ref: null, value: 'u7' }] }]))).toEqual({
      value: 'u7',
    });
    for (const value of ['', null, [], { value: '' }, { value: null }]) {
      expect(patch([{ op: 'Replace', path, value }], set)).toEqual(AVA);
    }
    expect(refusal([{ op: 'Add', path, value: 'u9' }], AVA, STRICT).scimType).toBe('invalidValue');
  });

  it('a manager that changes loses what belonged to the one before', () => {
    const before = { ...AVA, [ENTERPRISE_URN]: { manager: { value: 'u8', $ref: '../Users/u8', displayName: 'Old' } } };
    const after = patch([{ op: 'replace', path: `${ENTERPRISE_URN}:manager`, value: { value: 'u9' } }], before);
    expect(after[ENTERPRISE_URN]).toEqual({ manager: { value: 'u9' } });
    expect(patch([{ op: 'add', path: `${ENTERPRISE_URN}:manager`, value: 'u8' }], before)[ENTERPRISE_URN]).toEqual(
      before[ENTERPRISE_URN],
    );
  });

  it('EN-U7, K3: makes the element that a simple filter names, and updates it the next time', () => {
    const after = patch([
      { op: 'Add', path: 'addresses[type eq "work"].formatted', value: '1 High St' },
      phone,
      { op: 'Add', path: 'emails[type eq "work"].value', value: 'k@corp.example' },
      { op: 'Add', path: 'addresses[type eq "work" and primary eq "True"].country', value: 'GB' },
    ]);
    expect(after.addresses).toEqual([
      { type: 'work', formatted: '1 High St' },
      { type: 'work', primary: true, country: 'GB' },
    ]);
    expect(after.phoneNumbers).toEqual([{ type: 'mobile', value: '+1 555 0100' }]);
    expect((after.emails as Json[]).length).toBe(2);
    expect(patch([phone], after).phoneNumbers).toEqual(after.phoneNumbers);
  });

  it('EN-U8: string booleans as values and in filters', () => {
    const before: JsonObject = { ...AVA, roles: [{ value: 'User', primary: true }, { value: 'Guest' }] };
    const after = patch(
      [
        { op: 'Replace', path: 'emails[type eq "home"].primary', value: 'true' },
        { op: 'Replace', path: 'roles[primary eq "True"].value', value: 'Admin' },
      ],
      before,
    );
    expect(after.emails).toEqual([
      { value: 'ava@corp.example', type: 'work', primary: false },
      { value: 'ava@home.example', type: 'home', primary: true },
    ]);
    expect(after.roles).toEqual([{ value: 'Admin', primary: true }, { value: 'Guest' }]);
  });

  it('EN-U9: leaves JSON text in a value alone', () => {
    const value = '{"id":"18d1","value":"Admin","displayName":"Admin"}';
    expect(patch([{ op: 'Add', path: 'roles', value: [{ value }] }]).roles).toEqual([{ value }]);
  });

  it('EN-U10: no operations are no PATCH', () => {
    for (const Operations of [[], undefined, null, {}, 'x']) {
      const message = { schemas: [PATCH_URN], ...(Operations !== undefined && { Operations }) } as JsonObject;
      expect(() => parsePatch(user, message, LENIENT)).toThrow(
        expect.objectContaining({ scimType: 'invalidSyntax' }) as Error,
      );
    }
  });

  it('unknown attributes and schemas are left out and named (K6)', () => {
    const operations: Json[] = [
      { op: 'Add', path: 'favourite', value: 1 },
      { op: 'Remove', path: 'urn:ietf:params:scim:schemas:extension:Acme:2.0:User:badge' },
      { op: 'Replace', path: 'emails[type eq "work"].colour', value: 'red' },
      { op: 'Replace', value: { shoe: 9, 'name.nick': 'x', [`${ENTERPRISE_URN}:colour`]: 'red', 'a b': 1 } },
      { op: 'Replace', path: 'title', value: 'T' },
    ];
    const { steps, ignored } = parsePatch(user, body(...operations), LENIENT);
    expect(steps).toHaveLength(1);
    expect(ignored).toEqual([
      'favourite',
      'urn:ietf:params:scim:schemas:extension:Acme:2.0:User:badge',
      'emails[type eq "work"].colour',
      'shoe',
      'name.nick',
      `${ENTERPRISE_URN}:colour`,
      'a b',
    ]);
    for (const operation of operations.slice(0, 4)) {
      expect(refusal([operation], AVA, STRICT).scimType).toBe('invalidPath');
    }
  });
});

describe('RFC 7644 §3.5.2', () => {
  const refused: [string, Json[], ScimType][] = [
    ['R40 remove without a path', [{ op: 'remove' }], 'noTarget'],
    ['R43 remove a required attribute', [{ op: 'remove', path: 'userName' }], 'mutability'],
    ['empty a required attribute', [{ op: 'replace', path: 'userName', value: null }], 'invalidValue'],
    ['blank a required attribute', [{ op: 'replace', path: 'userName', value: '  ' }], 'invalidValue'],
    [
      'R49 bad path',
      [
        { op: 'replace', path: 'title', value: 'T' },
        { op: 'replace', path: 'bad[', value: 1 },
      ],
      'invalidPath',
    ],
    ['R50 readOnly attribute', [{ op: 'replace', path: 'id', value: 'x' }], 'mutability'],
    ['R50 readOnly sub-attribute', [{ op: 'add', path: 'meta.version', value: 'x' }], 'mutability'],
    ['R50 readOnly elements', [{ op: 'remove', path: 'groups[value eq "g"]' }], 'mutability'],
    ['R52 unknown op', [{ op: 'move', path: 'title' }], 'invalidSyntax'],
    ['no op', [{ path: 'title' }], 'invalidSyntax'],
    ['operation that is none', ['x'], 'invalidSyntax'],
    ['path that is none', [{ op: 'add', path: 5, value: 'x' }], 'invalidPath'],
    ['empty path', [{ op: 'add', path: '', value: { title: 'x' } }], 'invalidPath'],
    ['brackets on a simple attribute', [{ op: 'remove', path: 'title[value eq "x"]' }], 'invalidPath'],
    ['brackets on an extension', [{ op: 'remove', path: `${ENTERPRISE_URN}[value eq "x"]` }], 'invalidPath'],
    ['brackets after a sub-attribute', [{ op: 'remove', path: 'emails.value[type eq "x"]' }], 'invalidPath'],
    ['unknown name in the filter', [{ op: 'remove', path: 'emails[colour eq "x"]' }], 'invalidFilter'],
    ['… also before an unknown name', [{ op: 'remove', path: 'emails[colour eq "x"].y' }], 'invalidFilter'],
    ['operator that the type has not', [{ op: 'remove', path: 'emails[primary gt true]' }], 'invalidFilter'],
    ['path-less value that is none', [{ op: 'replace', value: 'x' }], 'invalidValue'],
    ['no value', [{ op: 'replace', path: 'title' }], 'invalidValue'],
    ['wrong type', [{ op: 'replace', path: 'name', value: 5 }], 'invalidValue'],
    ['wrong type of an element', [{ op: 'add', path: 'emails', value: [{ value: {} }] }], 'invalidValue'],
    ['core URN as a target', [{ op: 'remove', path: USER_URN }], 'noTarget'],
    [
      'R46 filter that makes nothing',
      [{ op: 'replace', path: 'emails[type ne "work" and type ne "home"].value', value: 'x' }],
      'noTarget',
    ],
    ['R46 filter on what is set', [{ op: 'replace', path: 'emails[value eq "nobody"].value', value: 'x' }], 'noTarget'],
  ];
  it.each(refused)('%s', (_, operations, scimType) => {
    const error = refusal(operations);
    expect(error.scimType).toBe(scimType);
    // What is required is checked after the last step, so that message is about no single one.
    expect(error.detail).toMatch(new RegExp(`^(Operation ${operations.length}: |userName is required)`));
  });

  it('R46, K3: a strict client is told noTarget', () => {
    const operation = { op: 'replace', path: 'addresses[type eq "nowhere"].locality', value: 'X' };
    expect(refusal([operation], AVA, STRICT).scimType).toBe('noTarget');
    expect(patch([operation]).addresses).toEqual([{ type: 'nowhere', locality: 'X' }]);
  });

  it('R41: removes what matches, and the attribute with its last value', () => {
    const operation = { op: 'remove', path: 'emails[type eq "work" and value ew "example"]' };
    const after = patch([operation]);
    expect(after.emails).toEqual([{ value: 'ava@home.example', type: 'home' }]);
    expect(patch([operation, { op: 'remove', path: 'emails[type eq "home"]' }])).not.toHaveProperty('emails');
  });

  it('R42: removing what is not there succeeds', () => {
    for (const path of [
      'emails[value eq "nobody"]',
      'nickName',
      'name.middleName',
      'addresses',
      ENTERPRISE_URN,
      'ims[type eq "x"].value',
    ]) {
      expect(patch([{ op: 'remove', path }])).toEqual(AVA);
    }
    expect(patch([{ op: 'remove', path: 'members[value eq "u7"]' }], SALES)).toEqual(SALES);
  });

  it('R44: adding what is there changes nothing', () => {
    for (const value of [
      [{ value: 'ava@corp.example', type: 'work', primary: true }],
      [{ value: 'ava@corp.example', type: 'work' }],
      { value: 'ava@home.example', type: 'home' },
    ]) {
      expect(patch([{ op: 'add', path: 'emails', value }])).toEqual(AVA);
    }
    expect(patch([{ op: 'add', path: 'members', value: [{ value: 'u2', display: 'x' }] }], SALES)).toEqual(SALES);
    expect(patch([{ op: 'add', path: 'name', value: { givenName: 'Ava' } }])).toEqual(AVA);
  });

  it('R45: a new primary value ends the old one', () => {
    const value = [{ value: 'new@corp.example', type: 'home', primary: true }];
    expect(patch([{ op: 'add', path: 'emails', value }]).emails).toEqual([
      { value: 'ava@corp.example', type: 'work', primary: false },
      { value: 'ava@home.example', type: 'home' },
      value[0],
    ]);
  });

  it('R47, K7: replacing a complex value merges, or is whole', () => {
    const operation = { op: 'replace', path: 'name', value: { givenName: 'A', middleName: 'B' } };
    expect(patch([operation]).name).toEqual({ givenName: 'A', middleName: 'B', familyName: 'Lee' });
    expect(patch([operation], AVA, STRICT).name).toEqual({ givenName: 'A', middleName: 'B' });
    expect(patch([{ op: 'replace', path: 'name', value: { familyName: null } }]).name).toEqual({ givenName: 'Ava' });
    expect(patch([{ op: 'add', value: { name: { familyName: '', givenName: null } } }])).not.toHaveProperty('name');
  });

  it('R48: replacing what is unassigned adds it', () => {
    expect(patch([{ op: 'replace', path: 'nickName', value: 'Av' }])).toEqual({ ...AVA, nickName: 'Av' });
    expect(patch([{ op: 'replace', path: 'photos', value: [{ value: 'https://x.example/p' }] }])).toHaveProperty(
      'photos',
    );
  });

  it('R54: every matching record is replaced', () => {
    const operation = { op: 'replace', path: 'emails[type pr]', value: { value: 'w2@corp.example', type: 'work' } };
    expect(patch([operation]).emails).toEqual([operation.value, operation.value]);
    expect(patch([{ op: 'replace', path: 'emails[type eq "work"]', value: 'w2@corp.example' }]).emails).toEqual([
      { value: 'w2@corp.example', type: 'work', primary: true },
      { value: 'ava@home.example', type: 'home' },
    ]);
  });

  it('a sub-attribute of a list without a filter means every element', () => {
    expect(patch([{ op: 'replace', path: 'emails.type', value: 'other' }]).emails).toEqual([
      { value: 'ava@corp.example', type: 'other', primary: true },
      { value: 'ava@home.example', type: 'other' },
    ]);
    expect(patch([{ op: 'add', path: 'photos.value', value: 'https://x.example' }]).photos).toEqual([
      { value: 'https://x.example' },
    ]);
  });

  it('an element of which only the label is left goes too', () => {
    expect(patch([{ op: 'remove', path: 'emails[type eq "work"].value' }]).emails).toEqual([
      { value: 'ava@home.example', type: 'home' },
    ]);
  });

  it('K2: a value with remove lists what goes', () => {
    const operation = { op: 'Remove', path: 'emails', value: [{ value: 'AVA@home.example' }, { value: 'nobody' }] };
    expect(patch([operation]).emails).toEqual([{ value: 'ava@corp.example', type: 'work', primary: true }]);
    expect(patch([{ ...operation, value: [] }])).toEqual(AVA);
    expect(patch([{ ...operation, value: [{ value: 'ava@home.example', type: 'work' }] }])).toEqual(AVA);
    expect(refusal([operation], AVA, STRICT).scimType).toBe('invalidValue');
  });

  it('evaluates one operation after the other (EN-G8)', () => {
    const after = patch([
      { op: 'add', path: 'emails', value: [{ value: 'x@y.example', type: 'other' }] },
      { op: 'replace', path: 'emails[type eq "other"].value', value: 'z@y.example' },
      { op: 'remove', path: 'emails[value eq "z@y.example"]' },
    ]);
    expect(after).toEqual(AVA);
  });

  it('says which operation of many is at fault', () => {
    const operations = [
      ...Array(6).fill({ op: 'replace', path: 'title', value: 'T' }),
      { op: 'add', path: 'active', value: 'perhaps' },
    ];
    expect(refusal(operations).detail).toBe('Operation 7: active must be true or false.');
  });

  it('needs the PatchOp URN, in any case', () => {
    for (const schemas of [undefined, [], ['urn:x'], PATCH_URN, null]) {
      const message = { ...(schemas !== undefined && { schemas }), Operations: [{ op: 'remove', path: 'title' }] };
      expect(() => parsePatch(user, message as Json, LENIENT)).toThrow(/PatchOp/);
    }
    const message = { Schemas: [PATCH_URN.toUpperCase()], operations: [{ op: 'remove', path: 'title' }] };
    expect(parsePatch(user, message, LENIENT).steps).toHaveLength(1);
  });

  it('the core URN may qualify attributes and wrap them', () => {
    const path = `${USER_URN.toUpperCase()}:name.givenName`;
    expect(patch([{ op: 'replace', path, value: 'A' }]).name).toEqual({ givenName: 'A', familyName: 'Lee' });
    expect(patch([{ op: 'add', value: { [USER_URN]: { title: 'T' } } }]).title).toBe('T');
    expect(patch([{ op: 'add', path: USER_URN, value: { title: 'T' } }]).title).toBe('T');
  });
});
