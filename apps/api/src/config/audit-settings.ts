import type { KeyObject } from 'node:crypto';
import { ValidateBy } from 'class-validator';
import { addDuration, type Duration, parseDuration } from '@provost/access-policy';
import { readPublicKey, SigningKey } from '@provost/audit-trail';

export interface AuditSigningKeys {
  readonly signing: SigningKey;
  /** Public keys of those before it, the newest first. */
  readonly older: readonly KeyObject[];
}

/**
 * Reads AUDIT_SIGNING_KEY: a private key, and behind it the public keys of those that signed before it. Line ends may be written as `\n`.
 * @throws Error when something of it is no Ed25519 key
 */
export function signingKeysOf(text: string): AuditSigningKeys {
  const [first, ...older] = text.replaceAll('\\n', '\n').match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/g) ?? [
    text,
  ];
  return { signing: SigningKey.read(first), older: older.map(readPublicKey) };
}

const LEAST_DAYS = 90;

/** Reads AUDIT_RETENTION. @returns undefined when it is no ISO 8601 duration, or shorter than 90 days */
export function retentionOf(text: string): Duration | undefined {
  const duration = text.startsWith('P') ? parseDuration(text) : undefined;
  const begin = new Date(Date.UTC(2025, 0, 1));
  const days = duration ? (addDuration(begin, duration).getTime() - begin.getTime()) / 86_400_000 : 0;
  return days >= LEAST_DAYS ? duration : undefined;
}

export function IsSigningKey(): PropertyDecorator {
  return takes(
    'a private Ed25519 key: PKCS #8 as PEM, or its DER in base64; behind it, if need be, older public keys as PEM',
    (text) => Boolean(signingKeysOf(text)),
  );
}

export function IsAuditRetention(): PropertyDecorator {
  return takes('an ISO 8601 duration of at least P90D, such as P7Y', (text) => retentionOf(text) !== undefined);
}

function takes(what: string, holds: (text: string) => boolean): PropertyDecorator {
  const validate = (value: unknown): boolean => {
    try {
      return typeof value === 'string' && holds(value);
    } catch {
      return false;
    }
  };
  return ValidateBy({ name: 'auditSetting', validator: { validate, defaultMessage: () => what } });
}
