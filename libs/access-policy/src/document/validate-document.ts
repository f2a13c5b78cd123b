import { Ajv2020, type ErrorObject } from 'ajv/dist/2020';
import { errorLimit, TooManyErrors, withErrorLimit } from './error-limit';
import { pointerTo } from './json-pointer';
import type { Finding, PolicyDocumentType, Surroundings } from './policy-document-type';
import { withoutReferences } from './references';
import { schemaFaults } from './schema-faults';
import { unstorable } from './storable';

/** So many findings are told; of what is beyond, only that it is there. */
const MOST_TOLD = 100;
/** The validator stops then: a fault inside alternatives is several errors, hardly ever ten. */
const MOST_ERRORS = 10 * MOST_TOLD;

export interface Validated {
  /** Without the wrapping in its name; there only when nothing is wrong. */
  readonly document?: unknown;
  /** Pointers into what was given. */
  readonly faults: Finding[];
  /** Pointers into the bare document. */
  readonly warnings: Finding[];
}

/**
 * Checks what somebody sent: a document bare, or wrapped in its own name: `{"group_mappings": {…}}`.
 * @param raw any JSON
 */
export function validateDocument(type: PolicyDocumentType, raw: unknown, surroundings: Surroundings): Validated {
  if (!isWrapped(type.name, raw)) return validateBareDocument(type, raw, surroundings);
  const { faults, ...others } = validateBareDocument(type, raw[type.name], surroundings);
  const above = pointerTo('', type.name);
  return { ...others, faults: faults.map(({ pointer, detail }) => ({ pointer: above + pointer, detail })) };
}

/** Checks a document whole: what can be stored, its schema, then what only its own kind can say. */
export function validateBareDocument(
  type: PolicyDocumentType,
  document: unknown,
  surroundings: Surroundings,
): Validated {
  const hostile = unstorable(document, MOST_TOLD);
  if (hostile.length) return { faults: told(hostile), warnings: [] };
  const misfits = compiled(type, surroundings.appName)(document);
  if (misfits.length) return { faults: told(misfits), warnings: [] };
  const { faults, warnings } = type.check(document, surroundings);
  if (faults.length) return { faults: told(faults), warnings: [] };
  return { document, faults: [], warnings: told(warnings) };
}

function isWrapped(name: string, raw: unknown): raw is Record<string, unknown> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return false;
  const keys = Object.keys(raw);
  return keys.length === 1 && keys[0] === name;
}

function told(findings: Finding[]): Finding[] {
  if (findings.length <= MOST_TOLD) return findings;
  return [...findings.slice(0, MOST_TOLD), { pointer: '', detail: 'and more like these' }];
}

type Validator = (document: unknown) => Finding[];
const validators = new WeakMap<PolicyDocumentType, Map<string, Validator>>();

function compiled(type: PolicyDocumentType, appName: string): Validator {
  let byApp = validators.get(type);
  if (!byApp) validators.set(type, (byApp = new Map()));
  let validator = byApp.get(appName);
  if (!validator) byApp.set(appName, (validator = compile(type.schema(appName))));
  return validator;
}

function compile(schema: object): Validator {
  // `verbose` tells the schema that failed, whose title and x-fault make the sentence.
  const ajv = new Ajv2020({ allErrors: true, verbose: true, messages: false, strictTypes: false, strictTuples: false });
  ajv.addKeyword({ keyword: 'x-fault', schemaType: 'string' });
  ajv.addKeyword(errorLimit);
  const fits = ajv.compile(withErrorLimit(withoutReferences(schema), MOST_ERRORS) as object);
  return (document) => {
    try {
      return fits(document) ? [] : schemaFaults(fits.errors ?? []);
    } catch (error) {
      if (error instanceof TooManyErrors) return schemaFaults(error.errors as ErrorObject[]);
      throw error;
    }
  };
}
