import { MAX_KEY_LENGTH } from './common-attributes';
import { string } from './define';
import type { Attribute, Schema } from './types';

export const ROLE_URN = 'urn:okta:scim:schemas:core:1.0:Role';
export const ENTITLEMENT_URN = 'urn:okta:scim:schemas:core:1.0:Entitlement';

/**
 * Okta Identity Governance reads these columns of every entitlement, and the `id` that belongs to every resource
 * (catalogue §1.9, OK-E3, OK-E4).
 */
const attributes: readonly Attribute[] = [
  string('displayName', 'The name that administrators see.', { required: true, maxLength: MAX_KEY_LENGTH }),
  string('description', 'What it allows, at most 1,000 characters.', { maxLength: 1000 }),
  string('type', 'The kind, where there are several.'),
];

export const ROLE_SCHEMA: Schema = { id: ROLE_URN, name: 'Role', description: 'Role', attributes };
export const ENTITLEMENT_SCHEMA: Schema = {
  id: ENTITLEMENT_URN,
  name: 'Entitlement',
  description: 'Entitlement',
  attributes,
};
