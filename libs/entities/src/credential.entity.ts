import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** Who may call (contract §2); a client of OAuth 2.0 calls as `scim`, with the tokens that it gets. */
export const CREDENTIAL_KINDS = ['operator', 'admin', 'auditor', 'app', 'scim', 'oauth'] as const;
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

/** A bearer token of a tenant, or a client of OAuth 2.0; of the secret only its SHA-256 is stored (design law 6). */
@Entity('credentials')
@Unique('credentials_token_key', ['tenantId', 'tokenHash'])
export class Credential {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'credentials_pkey' })
  tenantId!: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'credentials_pkey' })
  id!: string;
  @Column('text')
  kind!: CredentialKind;
  @Column('text')
  name!: string;
  @Column('bytea', { name: 'token_hash' })
  tokenHash!: Buffer;
  /** Name of the row of the conflict table K1–K15 that its requests run under: lenient or strict. */
  @Column('text', { name: 'client_profile', default: 'lenient' })
  clientProfile!: string;
  @Column('text', { name: 'allowed_ips', array: true, default: '{}' })
  allowedIps!: string[];
  /** What it is limited to; none: all that its kind may. */
  @Column('text', { array: true, default: '{}' })
  scopes!: string[];
  /** Number of the current secret. */
  @Column('integer', { default: 1 })
  secret!: number;
  /** Secrets of lower numbers are refused. */
  @Column('integer', { name: 'oldest_secret', default: 1 })
  oldestSecret!: number;
  @Column('timestamptz', { name: 'rotated_at', nullable: true })
  rotatedAt!: Date | null;
  /** How many requests it may make in a window; without one of its own that of the environment. */
  @Column('integer', { name: 'rate_requests', nullable: true })
  rateRequests!: number | null;
  /** As it was given, such as PT1M. */
  @Column('text', { name: 'rate_window', nullable: true })
  rateWindow!: string | null;
  /** Of an OAuth client: where its users are sent back to, compared character by character. */
  @Column('text', { name: 'redirect_uris', array: true, default: '{}' })
  redirectUris!: string[];
  /** Of an OAuth client: how it may get tokens (RFC 6749 §1.3). */
  @Column('text', { name: 'grant_types', array: true, default: '{}' })
  grantTypes!: string[];
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;
  /** How many days ahead of its end was warned last. */
  @Column('integer', { name: 'expiry_warned', nullable: true })
  expiryWarned!: number | null;
  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;
  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;
  @Column('text', { name: 'last_used_ip', nullable: true })
  lastUsedIp!: string | null;
}

/** A secret that was replaced and works until its overlap ends; then it is only known. */
@Entity('retired_secrets')
@Unique('retired_secrets_token_key', ['tenantId', 'tokenHash'])
export class RetiredSecret {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'retired_secrets_pkey' })
  tenantId!: string;
  @PrimaryColumn('uuid', { name: 'credential_id', primaryKeyConstraintName: 'retired_secrets_pkey' })
  credentialId!: string;
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'retired_secrets_pkey' })
  number!: number;
  @Column('bytea', { name: 'token_hash' })
  tokenHash!: Buffer;
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;
  @Column('text', { name: 'last_used_ip', nullable: true })
  lastUsedIp!: string | null;
}

/** What is left of a credential's rate limit, for all instances. Not kept over a crash of the database. */
@Entity('rate_buckets')
export class RateBucket {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'rate_buckets_pkey' })
  tenantId!: string;
  @PrimaryColumn('uuid', { name: 'credential_id', primaryKeyConstraintName: 'rate_buckets_pkey' })
  credentialId!: string;
  /** Milliseconds since 1970: until then it is spent. */
  @Column('double precision', { name: 'taken_until' })
  takenUntil!: number;
  /** How many requests the last lease was granted. */
  @Column('double precision')
  granted!: number;
}
