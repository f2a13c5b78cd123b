import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Matches, Max, Min, MinLength, validateSync } from 'class-validator';
import { type AuditSigningKeys, IsAuditRetention, IsSigningKey, retentionOf, signingKeysOf } from './audit-settings';
import type { Duration } from '@provost/access-policy';
import { IsRateLimit, type RateLimit, rateLimitOf } from './rate-limit';

export type Role = 'all' | 'api' | 'worker';

/** The environment, validated once and typed (contract §1). Nothing else reads process.env. */
export class Environment {
  @IsInt({ message: 'a whole number from 0 to 65535' })
  @Min(0, { message: 'a whole number from 0 to 65535' })
  @Max(65_535, { message: 'a whole number from 0 to 65535' })
  PORT = 3000;

  @IsString()
  @MinLength(1, { message: 'an address to listen on, such as 127.0.0.1' })
  HOST = '127.0.0.1';

  @IsOptional()
  @Matches(/^https?:\/\/[^\s/?#]+(\/[^\s?#]*)?$/, { message: 'an http or https URL without a query' })
  PUBLIC_URL?: string;

  @IsOptional()
  @Matches(/^postgres(ql)?:\/\/\S+$/, { message: 'a postgres:// URL' })
  DATABASE_URL?: string;

  /** The same database without a pooler in between: for migrations, LISTEN and the locks of workers (docs/adr/0025). */
  @IsOptional()
  @Matches(/^postgres(ql)?:\/\/\S+$/, { message: 'a postgres:// URL' })
  DATABASE_DIRECT_URL?: string;

  @IsString()
  @MinLength(1, { message: 'a folder' })
  DATA_DIR = '.data';

  @IsOptional()
  @MinLength(24, { message: 'a secret of at least 24 characters' })
  @Matches(/^[\x21-\x7e]+$/, { message: 'printable ASCII characters without blanks' })
  BOOTSTRAP_ADMIN_TOKEN?: string;

  @IsIn(['all', 'api', 'worker'], { message: 'all, api or worker' })
  ROLE: Role = 'all';

  @Matches(/^[a-z][a-z0-9_]{0,30}$/, { message: 'lower-case letters, digits and underscores, a letter first' })
  APP_NAME = 'taskade';

  @IsOptional()
  @Matches(/^smtps?:\/\/([^\s/?#@]+@)?([\w.-]+|\[[\da-f:.]+\])(:\d{1,5})?\/?(\?\S*)?$/i, {
    message: 'an smtp:// or smtps:// URL',
  })
  SMTP_URL?: string;

  @IsOptional()
  @Matches(/^([^\p{Cc}\p{Cs}<>@"]{1,100} <[^\s<>@,;"]+@[\w.-]+>|[^\s<>@,;"]+@[\w.-]+)$/u, {
    message: 'an address such as Example <no-reply@example.com>',
  })
  MAIL_FROM?: string;

  @IsIn(['0', '1'], { message: '0 or 1' })
  WEBHOOK_ALLOW_PRIVATE = '0';

  /** What seals of the audit record are signed with; without it a key in the database. */
  @IsOptional()
  @IsSigningKey()
  AUDIT_SIGNING_KEY?: string;

  /** For how long events are kept; for ever when it is unset. */
  @IsOptional()
  @IsAuditRetention()
  AUDIT_RETENTION?: string;

  /** How much a credential without a limit of its own may ask: more than a client in its right mind does. */
  @IsRateLimit()
  RATE_LIMIT = '6000000/PT1M';

  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    message: 'fatal, error, warn, info, debug, trace or silent',
  })
  LOG_LEVEL = 'info';

  @IsIn(['0', '1'], { message: '0 or 1' })
  LOG_PRETTY = '0';

  /** Of an OpenTelemetry collector that takes OTLP over HTTP; without it nothing is traced. */
  @IsOptional()
  @Matches(/^https?:\/\/[^\s/?#]+(\/[^\s?#]*)?$/, { message: 'an http or https URL without a query' })
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;

  /** Without a trailing slash: what meta.location and the printed base URL start with. */
  get publicUrl(): string {
    return (this.PUBLIC_URL ?? `http://localhost:${this.PORT}`).replace(/\/+$/, '');
  }

  get scimBaseUrl(): string {
    return `${this.publicUrl}/scim/v2`;
  }

  /** From whom mail comes: MAIL_FROM, else the application at the host of the public URL. */
  get mailFrom(): { readonly name: string; readonly address: string } {
    const [, name, address] = /^(.*) <(.*)>$/.exec(this.MAIL_FROM ?? '') ?? [];
    if (name !== undefined) return { name, address: address! };
    const { hostname } = new URL(this.publicUrl);
    const domain = /^\[|^[\d.]+$/.test(hostname) ? 'localhost' : hostname;
    return { name: this.APP_NAME, address: this.MAIL_FROM ?? `no-reply@${domain}` };
  }

  get auditSigningKeys(): AuditSigningKeys | undefined {
    return this.AUDIT_SIGNING_KEY === undefined ? undefined : signingKeysOf(this.AUDIT_SIGNING_KEY);
  }

  get auditRetention(): Duration | undefined {
    return this.AUDIT_RETENTION === undefined ? undefined : retentionOf(this.AUDIT_RETENTION);
  }

  get rateLimit(): RateLimit {
    return rateLimitOf(this.RATE_LIMIT)!;
  }

  get servesApi(): boolean {
    return this.ROLE !== 'worker';
  }

  get worksJobs(): boolean {
    return this.ROLE !== 'api';
  }
}

/** A variable has a value that cannot be used; the message has one line for each, for the person who started us. */
export class EnvironmentError extends Error {}

const NUMBERS = new Set(['PORT']);
const SECRETS = new Set([
  'BOOTSTRAP_ADMIN_TOKEN',
  'DATABASE_URL',
  'DATABASE_DIRECT_URL',
  'SMTP_URL',
  'AUDIT_SIGNING_KEY',
]);

/**
 * Reads and checks the environment; an empty value counts as unset.
 * @throws EnvironmentError naming each wrong variable, what it got (secrets are not repeated) and what it takes
 */
export function readEnvironment(source: NodeJS.ProcessEnv = process.env): Environment {
  const known = Object.keys(new Environment());
  const optional = [
    'PUBLIC_URL',
    'DATABASE_URL',
    'DATABASE_DIRECT_URL',
    'BOOTSTRAP_ADMIN_TOKEN',
    'SMTP_URL',
    'MAIL_FROM',
    'AUDIT_SIGNING_KEY',
    'AUDIT_RETENTION',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
  ];
  const given: Record<string, unknown> = {};
  for (const name of [...new Set([...known, ...optional])]) {
    const value = source[name];
    if (value === undefined || value === '') continue;
    given[name] = NUMBERS.has(name) ? (/^\d+$/.test(value) ? Number(value) : value) : value;
  }
  const environment = plainToInstance(Environment, given);
  const faults = validateSync(environment).map(({ property, constraints }) => {
    const value = String(source[property]);
    const got = SECRETS.has(property) ? `a value of ${value.length} characters` : JSON.stringify(value);
    return `${property} got ${got}; it takes ${Object.values(constraints ?? {})[0]}.`;
  });
  if (faults.length) throw new EnvironmentError(faults.join('\n'));
  return environment;
}
