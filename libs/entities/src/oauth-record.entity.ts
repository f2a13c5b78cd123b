import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** What the authorization server remembers: a grant, a code, a token, or a consent under way (docs/adr/0031). */
@Entity('oauth_records')
@Unique('oauth_records_hash_key', ['tenantId', 'hash'])
@Index('oauth_records_grant', ['tenantId', 'grantId'], { where: '(grant_id IS NOT NULL)' })
@Index('oauth_records_expiry', ['expiresAt', 'tenantId'])
export class OAuthRecord {
  /** That of the client; the nil UUID of a consent under way. */
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'oauth_records_pkey' })
  tenantId!: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'oauth_records_pkey' })
  id!: string;
  /** As the library names it: AccessToken, ClientCredentials, RefreshToken, AuthorizationCode, Grant, Interaction. */
  @Column('text')
  model!: string;
  /** SHA-256 of its value, which is a secret. */
  @Column('bytea')
  hash!: Buffer;
  /** The client. */
  @Column('uuid', { name: 'credential_id', nullable: true })
  credentialId!: string | null;
  /** What an administrator granted, which this goes back to. */
  @Column({ type: 'text', name: 'grant_id', collation: 'C', nullable: true })
  grantId!: string | null;
  @Column('json')
  payload!: unknown;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
  /** When a code or a refresh token was used, which it may be once. */
  @Column('timestamptz', { name: 'consumed_at', nullable: true })
  consumedAt!: Date | null;
}
