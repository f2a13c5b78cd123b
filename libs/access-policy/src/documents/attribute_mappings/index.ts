import { ConditionFault, parseCondition } from '../../conditions';
import type { Finding, PolicyDocumentType } from '../../document';
import { pointerTo } from '../../document/json-pointer';
import { fieldSources } from '../../profile/field-sources';
import { parseSource } from '../../profile/source';
import type { AttributeMappings } from './attribute-mappings';
import { schema } from './schema';

export type { AttributeMappings, MultiValuedRule, ProfileScalar } from './attribute-mappings';

function check(
  document: AttributeMappings,
  { appName }: { appName: string },
): { faults: Finding[]; warnings: Finding[] } {
  const faults: Finding[] = [];
  const warnings: Finding[] = [];
  for (const part of ['standard', 'custom_mappings'] as const)
    for (const source of Object.keys(document[part] ?? {}))
      faults.push(...read(pointerTo(pointerTo('', part), source), () => parseSource(source)));
  for (const [i, { when }] of (document.conditions ?? []).entries())
    faults.push(...read(pointerTo(pointerTo('/conditions', i), 'when'), () => parseCondition(when)));

  const sources = fieldSources(appName, document);
  for (const part of ['transformations', 'lookups', 'multi_valued'] as const)
    for (const field of Object.keys(document[part] ?? {}))
      if (!sources.has(field))
        warnings.push({
          pointer: pointerTo(pointerTo('', part), field),
          detail: 'is for a field that no source is mapped to',
        });
  return { faults, warnings };
}

function read(pointer: string, parse: () => unknown): Finding[] {
  try {
    parse();
    return [];
  } catch (error) {
    if (!(error instanceof ConditionFault)) throw error;
    return [{ pointer, detail: `cannot be read at column ${error.column}: ${error.detail.replace(/\.$/, '')}` }];
  }
}

export const attributeMappings: PolicyDocumentType<AttributeMappings> = {
  name: 'attribute_mappings',
  about: 'How SCIM attributes become the profile that the application sees.',
  // Conditions of access rules see the mapped fields.
  decidesAccess: true,
  schema,
  check,
};
