import { CUSTOM_URN, ENTERPRISE_URN, USER_URN } from '@provost/scim-protocol';
import { reads } from '../conditions/attribute-path';
import { ConditionCompiler } from '../conditions/condition-compiler';
import { ConditionFault, filterSyntax } from '../conditions/condition-fault';
import type { ProfileScalar } from '../documents/attribute_mappings/attribute-mappings';

/** One value of an attribute; `primary` as SCIM's plural attributes say it. */
export interface SourceValue {
  readonly value: ProfileScalar;
  readonly primary: boolean;
}

/** Where a field of the profile comes from. */
export interface Source {
  readonly text: string;
  /** The attribute's name alone, folded: `phonenumbers` of `phoneNumbers[type eq "work"].value`. */
  readonly attribute: string;
  /** Whether it reads the groups of the person. */
  readonly readsGroups: boolean;
  /** Its values in their order, unassigned ones left out. Total: an odd resource has none. */
  values(resource: unknown): SourceValue[];
}

/** Okta's name of an attribute of its own, as the sample documents write it. */
const OKTA_CUSTOM = /^okta:custom:([A-Za-z$_][\w$-]*)$/i;
type Read = (object: unknown) => unknown;

/**
 * Reads the name of a source: `title`, `name.givenName`, `emails[type eq "work"].value`, a path with a URN, `okta:custom:x`.
 * A name without a URN is looked for in the core, then in the enterprise extension, then in the others; `okta:custom:x` in the
 * custom extension, then in the others.
 * @throws ConditionFault with the column of what cannot be read
 */
export function parseSource(text: string): Source {
  const custom = OKTA_CUSTOM.exec(text)?.[1];
  if (custom !== undefined) return source(text, custom, inExtensions(CUSTOM_URN, custom), undefined, () => true);
  // The grammar of a path is that of a filter without a comparison.
  const syntax = filterSyntax(text.endsWith(']') ? text : `${text} pr`);
  if (syntax.kind === 'present') {
    const { name, sub, read } = located(syntax.path);
    return source(text, name, read, sub, () => true);
  }
  if (syntax.kind !== 'valuePath' || (syntax.test && syntax.test.op !== 'pr'))
    throw new ConditionFault(
      1,
      'this is not the path of an attribute; write one such as emails[type eq "work"].value.',
    );
  const { name, sub, read } = located(syntax.path);
  if (sub !== undefined) throw new ConditionFault(1, 'brackets follow the attribute itself, not a sub-attribute.');
  return source(text, name, read, syntax.test?.sub, new ConditionCompiler(text).compile(syntax.filter, name));
}

function located(path: string): { name: string; sub: string | undefined; read: Read } {
  const colon = path.lastIndexOf(':');
  const [name = '', sub] = path.slice(colon + 1).split('.', 2);
  const urn = path.slice(0, Math.max(colon, 0));
  if (colon >= 0 && !/^urn:/i.test(urn))
    throw new ConditionFault(1, `"${path}" is no source; write okta:custom:${name} or the path of a SCIM attribute.`);
  const core = reads(name);
  if (urn.toLowerCase() === USER_URN.toLowerCase()) return { name, sub, read: core };
  if (colon >= 0) {
    const extension = reads(urn);
    return { name, sub, read: (resource) => core(extension(resource)) };
  }
  const elsewhere = inExtensions(ENTERPRISE_URN, name);
  return { name, sub, read: (resource) => core(resource) ?? elsewhere(resource) };
}

/** An attribute of whichever extension has it, one of them first, the others by their URN. */
function inExtensions(first: string, name: string): Read {
  const attribute = reads(name);
  const preferred = reads(first);
  return (resource) => {
    const found = attribute(preferred(resource));
    if (found !== undefined || typeof resource !== 'object' || resource === null) return found;
    const block = Object.keys(resource)
      .filter((key) => key.includes(':'))
      .sort()
      .find((key) => attribute((resource as Record<string, unknown>)[key]) !== undefined);
    return block === undefined ? undefined : attribute((resource as Record<string, unknown>)[block]);
  };
}

function source(
  text: string,
  name: string,
  read: Read,
  sub: string | undefined,
  chosen: (element: unknown) => boolean,
): Source {
  const part = sub === undefined ? undefined : reads(sub);
  return {
    text,
    attribute: name.toLowerCase(),
    readsGroups: name.toLowerCase() === 'groups',
    values: (resource) => {
      const found: SourceValue[] = [];
      for (const element of listed(read(resource))) {
        if (!chosen(element)) continue;
        const primary = isTrue(primaryOf(element));
        for (const value of listed(part ? part(element) : element)) {
          const scalar = scalarOf(value);
          if (scalar !== undefined) found.push({ value: scalar, primary });
        }
      }
      return found;
    },
  };
}

const primaryOf = reads('primary');
const isTrue = (value: unknown) => value === true || value === 'true' || value === 'True';
const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** What stands for a complex value: its value, or how it is shown (RFC 7643 §2.4). */
const REPRESENTATIVES = ['value', 'formatted', 'displayName', 'display'].map(reads);

function scalarOf(value: unknown): ProfileScalar | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  for (const representative of REPRESENTATIVES) {
    const inner = representative(value);
    if (typeof inner !== 'object' && inner !== undefined) return scalarOf(inner);
  }
  return undefined;
}
