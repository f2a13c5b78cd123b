import { statement, type TenantTransaction } from '@provost/entities';
import type { LifecycleRules } from './lifecycle-rules';

/** The address of a user `u`: the primary one, else the first, else the userName. */
export const EMAIL_OF_U = `coalesce((SELECT j.value->>'value' FROM json_array_elements(CASE json_typeof(u.resource->'emails') WHEN 'array'
    THEN u.resource->'emails' END) WITH ORDINALITY AS j (value, place)
  ORDER BY (j.value->>'primary') IS NOT DISTINCT FROM 'true' DESC, j.place LIMIT 1), u.user_name)`;

/** The members of the groups that are mapped to a role "admin" ($2 keys of group_mappings). */
const ADMINISTRATORS = statement(
  'lifecycle.administrators',
  `SELECT DISTINCT u.id, coalesce(u.display_name, u.user_name) AS name, ${EMAIL_OF_U} AS email
   FROM group_bindings b JOIN memberships m ON m.tenant_id = $1::uuid AND m.group_id = b.group_id
     JOIN users u ON u.tenant_id = $1::uuid AND u.id = m.member_id AND u.active
   WHERE b.tenant_id = $1::uuid AND b.key = ANY($2::text[]) ORDER BY u.id LIMIT 50`,
);

export interface Addressee {
  readonly name: string;
  readonly email: string;
}

/** Who is told what administrators have to decide. */
export async function administratorsOf(
  tx: TenantTransaction,
  tenantId: string,
  { notify, administrators }: LifecycleRules,
): Promise<Addressee[]> {
  if (notify.length) return notify.map((email) => ({ name: email, email }));
  return tx.query<Addressee>(ADMINISTRATORS, [tenantId, administrators]);
}
