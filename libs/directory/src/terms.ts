import { hash } from 'node:crypto';
import { leaves, type JsonObject, type ResourceType } from '@provost/scim-protocol';
import { fold } from './folding';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:user:';
const CUSTOM = 'urn:ietf:params:scim:schemas:extension:custom:2.0:user:';

/**
 * Attributes of a user whose equality is looked up in `user_terms`, beside the columns (id, userName, externalId, active,
 * meta.created, meta.lastModified): what directories are matched and searched by. Each costs a row for each value.
 */
const INDEXED = new Set([
  'displayname',
  'emails.value',
  'roles.value',
  'entitlements.value',
  ...['employeenumber', 'department', 'manager.value'].map((name) => ENTERPRISE + name),
]);

/** Whether equality on that canonical lower-cased path (`emails.value`, `urn:…:user:department`) has an index. */
export function isIndexed(path: string): boolean {
  return INDEXED.has(path) || path.startsWith(CUSTOM);
}

/**
 * The key of one value in `user_terms`: 63 bits of SHA-256. Case never tells two terms apart, and two values
 * may share one: the comparison is always repeated on the resource itself.
 */
export function term(path: string, value: string | number | boolean): bigint {
  const digest = hash('sha256', `${path}\n${fold(String(value))}`, 'buffer');
  return digest.readBigUInt64BE() >> 1n;
}

/** All terms of a user's resource, each once. */
export function termsOf(type: ResourceType, resource: JsonObject): bigint[] {
  const terms = new Set<bigint>();
  for (const { path, value } of leaves(type, resource)) if (isIndexed(path)) terms.add(term(path, value));
  return [...terms];
}
