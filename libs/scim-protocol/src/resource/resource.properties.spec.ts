import fc from 'fast-check';
import { LENIENT, STRICT } from '../client-profile';
import { ScimError } from '../errors';
import { createRegistry } from '../schema/create-registry';
import { CUSTOM_URN } from '../schema/custom-user';
import { ENTERPRISE_URN } from '../schema/enterprise-user';
import type { Attribute, Json, JsonObject } from '../schema/types';
import { USER_URN } from '../schema/user';
import { changes } from './changes';
import { parseResource } from './inbound';
import { leaves } from './leaves';
import { parseProjection, projectResource } from './projection';

const registry = createRegistry();
const User = registry.type('User');
const Group = registry.type('Group');

/** Any case of a name: the case must not matter anywhere. */
const spelled = (name: string) =>
  fc
    .array(fc.boolean(), { minLength: name.length, maxLength: name.length })
    .map((upper) => [...name].map((c, i) => (upper[i] ? c.toUpperCase() : c.toLowerCase())).join(''));
const scalar = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom<Json>('True', 'false', '2026-01-01T00:00:00Z', 'QUJD', '', null, true, false, 0, -1.5, 7),
);
const anything = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;
const names = (attributes: Iterable<Attribute>) => [...attributes].map((a) => a.name);
const named = (attributes: Iterable<Attribute>): fc.Arbitrary<string> =>
  fc.constantFrom(...names(attributes)).chain(spelled);
const subNames = [...User.attributes()].flatMap((a) => a.subAttributes ?? []);
const value: fc.Arbitrary<Json> = fc.oneof(
  scalar,
  fc.dictionary(named(subNames), scalar, { maxKeys: 5 }),
  fc.array(fc.oneof(scalar, fc.dictionary(named(subNames), scalar, { maxKeys: 4 })), { maxLength: 4 }),
  anything,
);
const block = (urn: string) =>
  fc.dictionary(fc.oneof(named(User.extension(urn)?.attributes ?? []), fc.string({ maxLength: 6 })), value, {
    maxKeys: 5,
  });
/** Bodies that often come near to a user. */
const userBody: fc.Arbitrary<JsonObject> = fc
  .tuple(
    fc.dictionary(fc.oneof(named(User.attributes()), fc.constantFrom('name.givenName', `${USER_URN}:title`)), value, {
      maxKeys: 10,
    }),
    fc.option(block(ENTERPRISE_URN), { nil: undefined }),
    fc.option(block(CUSTOM_URN), { nil: undefined }),
    fc.string({ minLength: 1, maxLength: 8 }),
  )
  .map(([core, enterprise, custom, userName]) => ({
    ...core,
    ...(enterprise && { [ENTERPRISE_URN]: enterprise }),
    ...(custom && { [CUSTOM_URN]: custom }),
    userName,
  }));

/** The resource, or undefined where the body is refused, which must always be with a SCIM error. */
function parsed(body: Json, profile = LENIENT, type = User): JsonObject | undefined {
  try {
    return parseResource(type, body, profile).resource;
  } catch (error) {
    if (error instanceof ScimError && error.status === 400) return undefined;
    throw error;
  }
}

describe('parseResource', () => {
  it('answers any JSON with a resource or a SCIM error', () => {
    fc.assert(
      fc.property(fc.oneof(anything, userBody), fc.constantFrom(LENIENT, STRICT), (body, profile) => {
        for (const type of [User, Group]) parsed(body, profile, type);
      }),
      { numRuns: 300 },
    );
  });

  it('leaves its own output as it is, also when it is strict', () => {
    let accepted = 0;
    fc.assert(
      fc.property(userBody, (body) => {
        const once = parsed(body);
        if (!once) return;
        accepted++;
        const again = parseResource(User, JSON.parse(JSON.stringify(once)) as Json, STRICT);
        expect(again.resource).toEqual(once);
        expect(again.ignored).toEqual([]);
      }),
      { numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(20);
  });

  it('writes only what PostgreSQL can store', () => {
    fc.assert(
      fc.property(userBody, (body) => {
        JSON.stringify(parsed(body) ?? null, (name: string, item: unknown) => {
          // A unicode pattern sees a surrogate only where it is alone.
          for (const text of [name, item]) expect(text).not.toEqual(expect.stringMatching(/[\0\u{D800}-\u{DFFF}]/u));
          return item;
        });
      }),
    );
  });
});

describe('changes', () => {
  it('are none between a resource and its copy, and name whatever differs', () => {
    fc.assert(
      fc.property(userBody, userBody, (one, other) => {
        const a = parsed(one);
        const b = parsed(other);
        if (!a || !b) return;
        expect(changes(User, a, JSON.parse(JSON.stringify(a)) as JsonObject)).toEqual([]);
        const there = changes(User, a, b);
        const back = changes(User, b, a);
        expect(new Set(back.map((c) => c.path))).toEqual(new Set(there.map((c) => c.path)));
        for (const change of there) expect(change.from ?? change.to).toBeDefined();
      }),
    );
  });
});

describe('leaves', () => {
  it('have paths that resolve to their attribute', () => {
    fc.assert(
      fc.property(userBody, (body) => {
        for (const { path, attribute } of leaves(User, parsed(body) ?? {})) {
          const target = User.resolve(path);
          expect(target && 'attribute' in target && (target.sub ?? target.attribute).name.toLowerCase()).toBe(
            attribute.name.toLowerCase(),
          );
        }
      }),
    );
  });
});

describe('projection', () => {
  const paths = fc.constantFrom(
    ...['id', 'userName', 'name', 'name.givenName', 'emails.value', 'emails', 'meta', 'nothing', 'schemas', 'password'],
    ...[ENTERPRISE_URN, `${ENTERPRISE_URN}:department`, `${ENTERPRISE_URN}:manager.value`, `${CUSTOM_URN}:badge`],
  );
  const list = fc.array(paths, { maxLength: 5 }).map((chosen) => chosen.join(','));

  it('of a projection is the projection, and keeps id and schemas', () => {
    fc.assert(
      fc.property(userBody, list, fc.boolean(), (body, chosen, include) => {
        const resource: JsonObject = { id: 'u1', ...parsed(body) };
        const projection = parseProjection(User, include ? { attributes: chosen } : { excludedAttributes: chosen });
        const once = projectResource(User, resource, projection);
        expect(projectResource(User, once, projection)).toEqual(once);
        expect(once.id).toBe('u1');
        expect(once.schemas).toEqual(resource.schemas);
        const top = projection.topLevel();
        for (const name of Object.keys(once)) {
          expect(projection.wants(name)).toBe(true);
          if (top) expect(top).toContain(name);
        }
      }),
    );
  });
});
