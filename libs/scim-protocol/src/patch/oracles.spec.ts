import fc from 'fast-check';
import { scimPatch, type ScimPatchOperation } from 'scim-patch';
import { LENIENT } from '../client-profile';
import { createRegistry } from '../schema/create-registry';
import { ENTERPRISE_URN } from '../schema/enterprise-user';
import { USER_URN } from '../schema/user';
import type { Json, JsonObject } from '../schema/types';
import { applyPatch, parsePatch, PATCH_URN } from './index';

const user = createRegistry().type('User');

function patch(before: JsonObject, Operations: Json[]): JsonObject {
  return applyPatch(user, before, parsePatch(user, { schemas: [PATCH_URN], Operations }, LENIENT).steps, LENIENT);
}

interface Email {
  value: string;
  type: string;
  primary?: boolean;
}
interface Person {
  [name: string]: unknown;
  name?: Record<string, string>;
  emails?: Email[];
}

/** One operation and what it does to a person, written as plainly as it can be. */
interface Modelled {
  readonly operation: JsonObject;
  readonly apply: (person: Person) => void;
}

const text = fc.constantFrom('a', 'b', 'C');
const type = fc.constantFrom('work', 'home', 'other');
const email = fc.record(
  { value: fc.constantFrom('a@x', 'b@x', 'A@x', 'c@x'), type, primary: fc.boolean() },
  { requiredKeys: ['value', 'type'] },
);
const emails = fc.array(email, { minLength: 1, maxLength: 3 });

const same = (a: Email, b: Email) => a.value === b.value && a.type === b.type && a.primary === b.primary;
const unsetOthers = (list: Email[], keep: Email) => {
  for (const other of list) if (other !== keep && other.primary) other.primary = false;
};
const firstPrimary = (list: Email[]) => {
  const copies = list.map((e) => ({ ...e }));
  const first = copies.find((e) => e.primary);
  if (first) unsetOthers(copies, first);
  return copies;
};
const settle = (person: Person) => {
  if (person.emails?.length === 0) delete person.emails;
  if (person.name && Object.keys(person.name).length === 0) delete person.name;
};

const modelled: fc.Arbitrary<Modelled> = fc.oneof(
  fc.tuple(fc.constantFrom('add', 'replace'), fc.constantFrom('title', 'nickName'), text).map(([op, path, value]) => ({
    operation: { op, path, value },
    apply: (person: Person) => void (person[path] = value),
  })),
  fc.constantFrom('title', 'nickName').map((path) => ({
    operation: { op: 'remove', path },
    apply: (person: Person) => void delete person[path],
  })),
  fc.tuple(fc.constantFrom('add', 'replace'), text, text).map(([op, title, givenName]) => ({
    operation: { op, value: { title, name: { givenName } } },
    apply: (person: Person) => void Object.assign(person, { title, name: { ...person.name, givenName } }),
  })),
  fc.tuple(fc.constantFrom('givenName', 'familyName'), text).map(([sub, value]) => ({
    operation: { op: 'replace', path: `name.${sub}`, value },
    apply: (person: Person) => void (person.name = { ...person.name, [sub]: value }),
  })),
  fc.constantFrom('givenName', 'familyName').map((sub) => ({
    operation: { op: 'remove', path: `name.${sub}` },
    apply: (person: Person) => void delete person.name?.[sub],
  })),
  emails.map((value) => ({
    operation: { op: 'replace', path: 'emails', value: value as unknown as Json },
    apply: (person: Person) => void (person.emails = firstPrimary(value)),
  })),
  emails.map((value) => ({
    operation: { op: 'add', path: 'emails', value: value as unknown as Json },
    apply: (person: Person) => {
      const list = (person.emails ??= []);
      for (const added of firstPrimary(value)) {
        if (list.some((e) => same(e, added))) continue;
        const known = list.find((e) => e.type === added.type && e.value.toLowerCase() === added.value.toLowerCase());
        if (known) Object.assign(known, added);
        else list.push(added);
        if (added.primary) unsetOthers(list, known ?? added);
      }
    },
  })),
  type.map((wanted) => ({
    operation: { op: 'remove', path: `emails[type eq "${wanted.toUpperCase()}"]` },
    apply: (person: Person) => void (person.emails = (person.emails ?? []).filter((e) => e.type !== wanted)),
  })),
  fc.constantFrom('a@x', 'c@x').map((value) => ({
    operation: { op: 'Remove', path: 'emails', value: [{ value }] },
    apply: (person: Person) =>
      void (person.emails = (person.emails ?? []).filter((e) => e.value.toLowerCase() !== value)),
  })),
  fc.tuple(type, fc.constantFrom('d@x', 'e@x')).map(([wanted, value]) => ({
    operation: { op: 'replace', path: `emails[type eq "${wanted}"].value`, value },
    apply: (person: Person) => {
      const list = (person.emails ??= []);
      const matching = list.filter((e) => e.type === wanted);
      for (const match of matching) match.value = value;
      if (matching.length === 0) list.push({ type: wanted, value });
    },
  })),
);

const person = fc.record(
  { title: text, name: fc.record({ familyName: text }), emails: emails.map(firstPrimary) },
  { requiredKeys: [] },
);

describe('applyPatch', () => {
  it('does what the plain model does', () => {
    fc.assert(
      fc.property(person, fc.array(modelled, { minLength: 1, maxLength: 6 }), (start, operations) => {
        const before = { schemas: [USER_URN], userName: 'ava', ...start } as unknown as JsonObject;
        const expected = structuredClone(before) as Person;
        for (const { apply } of operations) {
          apply(expected);
          settle(expected);
        }
        const frozen = structuredClone(before);
        expect(
          patch(
            before,
            operations.map((o) => o.operation),
          ),
        ).toEqual(expected);
        expect(before).toEqual(frozen);
      }),
      { numRuns: 1_000 },
    );
  });

  it('does nothing the second time that the same adds arrive (R44)', () => {
    const adds = fc.array(emails.map((value) => ({ op: 'add', path: 'emails', value: value as unknown as Json })));
    fc.assert(
      fc.property(adds, (operations) => {
        fc.pre(operations.length === 1);
        const once = patch({ schemas: [USER_URN], userName: 'ava' }, operations);
        const values = (once.emails as Json[]).map((value) => ({ op: 'add', path: 'emails', value }));
        expect(patch(once, values)).toEqual(once);
      }),
    );
  });

  /** Where scim-patch follows the RFC: simple paths, value filters that match, distinct elements without primary. */
  it('agrees with scim-patch', () => {
    const unique = fc
      .uniqueArray(fc.record({ value: fc.string({ unit: 'grapheme-ascii', minLength: 1 }), type }), {
        selector: (e) => e.type,
        minLength: 1,
      })
      .map((list) => list.map((e) => ({ ...e, value: e.value.replace(/["\\]/g, '_') })));
    const set = fc.constantFrom('add', 'replace');
    const operation = (present: string[]): fc.Arbitrary<JsonObject> =>
      fc.oneof(
        fc.record({ op: set, path: fc.constantFrom('title', 'name.givenName', 'name.familyName'), value: text }),
        fc.record({ op: set, value: fc.record({ title: text, active: fc.boolean() }) }),
        fc.record({ op: set, path: fc.constant(`${ENTERPRISE_URN}:department`), value: text }),
        fc.record({ op: fc.constant('replace'), path: fc.constant('active'), value: fc.boolean() }),
        fc
          .constantFrom(...present)
          .chain((t) =>
            fc.record({ op: fc.constant('replace'), path: fc.constant(`emails[type eq "${t}"].value`), value: text }),
          ),
      );
    const last = (present: string[]): fc.Arbitrary<JsonObject> =>
      fc.oneof(
        fc.constantFrom(...present).map((t): JsonObject => ({ op: 'remove', path: `emails[type eq "${t}"]` })),
        fc.constantFrom('emails', 'name.familyName', 'title').map((path): JsonObject => ({ op: 'remove', path })),
        fc.constant<JsonObject>({ op: 'add', path: 'emails', value: [{ value: 'new@x', type: 'new' }] }),
      );
    const scenario = unique.chain((list) => {
      const present = list.map((e) => e.type);
      return fc.record({ list: fc.constant(list), operations: fc.array(operation(present)), end: last(present) });
    });
    fc.assert(
      fc.property(scenario, ({ list, operations, end }) => {
        const before: JsonObject = {
          schemas: [USER_URN, ENTERPRISE_URN],
          userName: 'ava',
          active: true,
          title: 't',
          name: { familyName: 'Lee', givenName: 'Ava' },
          [ENTERPRISE_URN]: { division: 'D' },
          emails: list,
        };
        const all = [...operations, end];
        const theirs = scimPatch(
          structuredClone(before) as never,
          structuredClone(all) as unknown as ScimPatchOperation[],
        );
        const { meta: _, ...expected } = theirs as unknown as JsonObject;
        expect(patch(before, all)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });
});
