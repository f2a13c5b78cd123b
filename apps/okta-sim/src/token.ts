import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from './options';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

const readable = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
};

/**
 * The SCIM token to use: the given one, else the one that the server of this machine wrote beside its data on the first start.
 * A token found on disk goes to this machine only, never to a host that somebody typed after `--url`.
 * Throws {@link UsageError} that says how to get one.
 */
export function findToken(given: string | undefined, url: URL, dataDir: string): string {
  const file = join(dataDir, 'scim-token');
  const token = given ?? (LOOPBACK.has(url.hostname) ? readable(file) : undefined);
  if (token) return token;
  const looked = LOOPBACK.has(url.hostname) ? ` (none in ${file} either)` : '';
  throw new UsageError(
    `No SCIM token${looked}: give --token or SCIM_TOKEN. The server prints one on its first start; ` +
      'an administrator makes more with POST /api/v1/credentials {"kind": "scim", "name": "okta-sim"}.',
  );
}
