import { type ArrivingAttributes, oktaSources } from './okta-attributes';
import { type AttributeMappings, fieldOf } from '../documents/attribute_mappings/attribute-mappings';

/** The table that holds without a document (contract §5). */
export const STANDARD_TABLE: Readonly<Record<string, string>> = {
  userName: 'email',
  'name.givenName': 'firstName',
  'name.familyName': 'lastName',
  title: 'jobTitle',
  department: 'department',
  manager: 'manager',
  employeeNumber: 'employeeId',
};

/**
 * Which sources a field is read from, the first that has a value: `custom_mappings`, then the attributes of the rule of user
 * creation, then the standard table. A row of `standard` takes the place of the standard rows with its source and of those with its
 * field; null only takes its source out.
 */
export function fieldSources(
  appName: string,
  document: AttributeMappings = {},
  arriving: ArrivingAttributes = {},
): Map<string, string[]> {
  const table = new Map(Object.entries(STANDARD_TABLE));
  for (const [source, target] of Object.entries(document.standard ?? {})) {
    const field = target === null ? undefined : fieldOf(target, appName);
    for (const [known, given] of table)
      if (known.toLowerCase() === source.toLowerCase() || given === field) table.delete(known);
  }
  for (const [source, target] of Object.entries(document.standard ?? {}))
    if (target !== null) table.set(source, fieldOf(target, appName) ?? target);

  const fields = new Map<string, string[]>();
  const add = (source: string, field: string) => fields.set(field, [...(fields.get(field) ?? []), source]);
  const custom = Object.entries(document.custom_mappings ?? {}).map(
    ([source, target]) => [source, fieldOf(target, appName) ?? target] as const,
  );
  // Standard fields stand first, whichever source they come from.
  for (const field of table.values()) fields.set(field, []);
  for (const [source, field] of custom) add(source, field);
  for (const [field, from] of Object.entries(arriving))
    for (const source of oktaSources(from)) add(source, fieldOf(field, appName) ?? field);
  for (const [source, field] of table) add(source, field);
  return fields;
}
