import { Inject, Injectable } from '@nestjs/common';
import type { Manager, ManagerLookup } from '@provost/access-policy';
import { term } from '@provost/directory';
import { isUuid, statement, TenantDatabase } from '@provost/entities';
import { fold } from '@provost/scim-protocol';

/** For each reference the person whom it names: by id, externalId, userName, then e-mail; of several the first that arrived. */
const FIND = statement(
  'people.managers',
  `SELECT k.reference, m.id, m.name, m.display_name, m.user_name
   FROM ROWS FROM (unnest($2::text[]), unnest($3::uuid[]), unnest($4::text[]), unnest($5::bigint[]))
     AS k (reference, id, folded, term),
   LATERAL (
     SELECT f.id, (u.resource->'name')::text AS name, u.display_name, u.user_name FROM (
       SELECT 1 AS rank, i.id FROM users i WHERE i.tenant_id = $1::uuid AND i.id = k.id
       UNION ALL SELECT 2, e.id FROM users e WHERE e.tenant_id = $1::uuid AND e.external_id = k.reference
       UNION ALL SELECT 3, n.id FROM users n WHERE n.tenant_id = $1::uuid AND n.user_name_key = k.folded
       UNION ALL SELECT 4, t.user_id FROM user_terms t JOIN users a ON a.tenant_id = $1::uuid AND a.id = t.user_id,
         json_array_elements(CASE json_typeof(a.resource->'emails') WHEN 'array' THEN a.resource->'emails' END) j
         WHERE t.tenant_id = $1::uuid AND t.term = k.term AND lower((j.value->>'value') COLLATE "und-x-icu") = k.folded
     ) f JOIN users u ON u.tenant_id = $1::uuid AND u.id = f.id ORDER BY f.rank, f.id LIMIT 1) m`,
);

interface FoundRow {
  reference: string;
  id: string;
  name: string | null;
  display_name: string | null;
  user_name: string;
}

/** Finds the people whom `manager` attributes name, all those of a list with one question. */
@Injectable()
export class ManagerDirectory {
  constructor(@Inject(TenantDatabase) private readonly db: TenantDatabase) {}

  /** @param references SCIM ids, externalIds, userNames or e-mail addresses; repeated ones cost nothing */
  async lookup(tenantId: string, references: Iterable<string>): Promise<ManagerLookup> {
    const wanted = [...new Set(references)].filter((text) => text !== '' && !text.includes('\0'));
    if (!wanted.length) return () => undefined;
    const rows = await this.db.read<FoundRow>({ tenantId }, FIND, [
      tenantId,
      wanted,
      wanted.map((text) => (isUuid(text) ? text : null)),
      wanted.map(fold),
      wanted.map((text) => term('emails.value', text)),
    ]);
    const found = new Map(rows.map((row): [string, Manager] => [row.reference, { id: row.id, name: nameOf(row) }]));
    return (reference) => found.get(reference);
  }
}

/** How a person is called: as they are shown, else by their name, else by what they sign in with. */
function nameOf({ display_name: shown, name, user_name: userName }: FoundRow): string {
  if (shown) return shown;
  const parts = name === null ? {} : (JSON.parse(name) as Record<string, unknown>);
  const text = (part: unknown) => (typeof part === 'string' ? part : '');
  return text(parts.formatted) || `${text(parts.givenName)} ${text(parts.familyName)}`.trim() || userName;
}
