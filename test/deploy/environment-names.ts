import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCE = readFileSync(join(__dirname, '../../apps/api/src/config/environment.ts'), 'utf8');

/** The variables that the product reads: the fields of Environment, as it is written. */
export const ENVIRONMENT_NAMES: ReadonlySet<string> = new Set(
  [...SOURCE.matchAll(/^ {2}([A-Z][A-Z0-9_]+)\??(:| =)/gm)].map(([, name]) => name!),
);
