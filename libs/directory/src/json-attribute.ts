import type { AttributePath } from '@provost/scim-protocol';
import type { ResourceTable } from './resource-table';
import { literal } from './sql-values';

/** SQL for the JSON at an attribute (without its sub-attribute) of the stored resource of row `r`. */
export function attributeJson(row: string, { schema, attribute }: AttributePath): string {
  const block = schema === undefined ? `${row}.resource` : `(${row}.resource->${literal(schema)})`;
  return `(${block}->${literal(attribute.name)})`;
}

/** SQL for a single-valued attribute, or the sub-attribute of a single complex one, of row `r` of a table, as text. */
export function scalarText(table: ResourceTable['name'], path: AttributePath): string {
  const row = 'r';
  // The column has the same text and need not be looked for in the resource.
  if (table === 'users' && path.schema === undefined && path.attribute.name === 'displayName') return 'r.display_name';
  if (path.sub) return `${attributeJson(row, path)}->>${literal(path.sub.name)}`;
  const block = path.schema === undefined ? `${row}.resource` : `(${row}.resource->${literal(path.schema)})`;
  const { name, open } = path.attribute;
  if (!open) return `${block}->>${literal(name)}`;
  // What an open schema keeps stands as it was first spelled (RFC 7643 §2.1: names count in any case). Names are ASCII.
  return `(SELECT o.value FROM json_each_text(${block}) o WHERE lower(o.key) = ${literal(name.toLowerCase())} LIMIT 1)`;
}

/** A set of the elements of a multi-valued attribute; empty where it is unassigned. */
export function elements(row: string, path: AttributePath): string {
  const json = attributeJson(row, path);
  return `json_array_elements(CASE json_typeof(${json}) WHEN 'array' THEN ${json} END)`;
}

/** The path as index terms spell it: `emails.value`, `urn:…:user:department`. */
export function termPath({ schema, attribute, sub }: AttributePath): string {
  const name = `${schema === undefined ? '' : `${schema}:`}${attribute.name}${sub ? `.${sub.name}` : ''}`;
  return name.toLowerCase();
}
