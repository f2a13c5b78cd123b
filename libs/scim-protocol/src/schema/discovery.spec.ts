import { createRegistry } from './create-registry';
import { CUSTOM_URN } from './custom-user';
import { resourceTypeById, resourceTypeList, schemaById, schemaList } from './discovery';
import { ENTERPRISE_URN } from './enterprise-user';
import { parseExtensionSchema } from './extension-schema';
import { serviceProviderConfig } from './service-provider-config';
import type { JsonObject } from './types';
import { USER_URN } from './user';

const base = 'https://id.corp.example/scim/v2';
const own = parseExtensionSchema({ urn: 'urn:example:acme:1.0:Group', name: 'Acme', attributes: [{ name: 'site' }] });
const registry = createRegistry([{ resourceType: 'Group', schema: own }]);

it('lists resource types with their extensions (OK-E1)', () => {
  const list = resourceTypeList(registry, base);
  expect(list).toMatchObject({ totalResults: 4, startIndex: 1, itemsPerPage: 4 });
  expect((list.Resources as JsonObject[])[0]).toEqual({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    id: 'User',
    name: 'User',
    endpoint: '/Users',
    description: 'User Account',
    schema: USER_URN,
    schemaExtensions: [
      { schema: ENTERPRISE_URN, required: false },
      { schema: CUSTOM_URN, required: false },
    ],
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/User` },
  });
  expect(resourceTypeById(registry, 'group', base).schemaExtensions).toEqual([{ schema: own.id, required: false }]);
  expect(resourceTypeById(registry, 'Role', base)).toMatchObject({
    endpoint: '/Roles',
    schema: 'urn:okta:scim:schemas:core:1.0:Role',
  });
});

it('lists every schema once, and shows none of our own marks (EN-T2, OK-E2)', () => {
  const list = schemaList(registry, base);
  const ids = (list.Resources as JsonObject[]).map((s) => s.id);
  expect(ids).toHaveLength(10);
  expect(new Set(ids).size).toBe(10);
  expect(ids).toContain(own.id);
  expect(JSON.stringify(list)).not.toMatch(/maxLength|"open"|null/);
  expect(schemaById(registry, own.id.toUpperCase(), base)).toMatchObject({
    id: own.id,
    meta: { resourceType: 'Schema', location: `${base}/Schemas/${own.id}` },
  });
});

it('answers 404 for what is not there', () => {
  expect(() => schemaById(registry, 'urn:x', base)).toThrow(expect.objectContaining({ status: 404 }));
  expect(() => resourceTypeById(registry, 'x', base)).toThrow(expect.objectContaining({ status: 404 }));
});

it('publishes what the service can (RFC 7643 §5, RFC 9865 §4)', () => {
  expect(serviceProviderConfig(base)).toMatchObject({
    patch: { supported: true },
    bulk: { supported: true, maxOperations: 10_000, maxPayloadSize: 16_777_216 },
    filter: { supported: true, maxResults: 1_000 },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: 100,
      maxPageSize: 1_000,
    },
    authenticationSchemes: [expect.objectContaining({ type: 'oauthbearertoken' })],
    meta: { location: `${base}/ServiceProviderConfig` },
  });
});
