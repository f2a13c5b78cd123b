import { COMMON_ATTRIBUTES } from './common-attributes';
import { CUSTOM_SCHEMA } from './custom-user';
import { ENTERPRISE_SCHEMA } from './enterprise-user';
import { GROUP_SCHEMA } from './group';
import { ENTITLEMENT_SCHEMA, ROLE_SCHEMA } from './okta-governance';
import { ResourceType, SchemaRegistry } from './registry';
import type { Schema } from './types';
import { USER_SCHEMA } from './user';

/** A tenant's own extension and the resource type that it extends (contract §3, `POST /schemas`). */
export interface TenantExtension {
  readonly resourceType: 'User' | 'Group';
  readonly schema: Schema;
}

/**
 * The resource types of a tenant: User, Group, and Okta's Role and Entitlement (catalogue §1.9), with the tenant's own
 * extensions. The last definition of a URN holds; a tenant that defines attributes under the ready-made custom URN adds
 * to it (its definitions win over the ready-made ones, and the schema stays open).
 */
export function createRegistry(tenantExtensions: readonly TenantExtension[] = []): SchemaRegistry {
  const of = (resourceType: 'User' | 'Group', builtIn: readonly Schema[]) => {
    const byUrn = new Map(builtIn.map((schema) => [schema.id.toLowerCase(), schema]));
    for (const { resourceType: extended, schema } of tenantExtensions) {
      if (extended !== resourceType) continue;
      const urn = schema.id.toLowerCase();
      const known = byUrn.get(urn);
      byUrn.set(urn, known?.open ? extend(known, schema) : schema);
    }
    return [...byUrn.values()].map((schema) => ({ schema, required: false }));
  };
  const type = (name: string, endpoint: string, schema: Schema, extensions: ReturnType<typeof of>) =>
    new ResourceType(
      { id: name, name, endpoint, description: schema.description, schema, extensions },
      COMMON_ATTRIBUTES,
    );
  return new SchemaRegistry([
    type('User', '/Users', USER_SCHEMA, of('User', [ENTERPRISE_SCHEMA, CUSTOM_SCHEMA])),
    type('Group', '/Groups', GROUP_SCHEMA, of('Group', [])),
    type('Role', '/Roles', ROLE_SCHEMA, []),
    type('Entitlement', '/Entitlements', ENTITLEMENT_SCHEMA, []),
  ]);
}

function extend(known: Schema, own: Schema): Schema {
  const names = new Set(own.attributes.map((a) => a.name.toLowerCase()));
  return {
    ...known,
    attributes: [...own.attributes, ...known.attributes.filter((a) => !names.has(a.name.toLowerCase()))],
  };
}
