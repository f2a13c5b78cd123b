import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** A session of a user in the app (contract §6). Whether it is good is asked of the user's row too, each time. */
@Entity('sessions')
@Unique('sessions_token_key', ['tenantId', 'tokenHash'])
@Index('sessions_user', ['tenantId', 'userId', 'id'])
@Index('sessions_expiry', ['expiresAt', 'tenantId'])
export class Session {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'sessions_pkey' })
  tenantId!: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'sessions_pkey' })
  id!: string;
  @Column('uuid', { name: 'user_id' })
  userId!: string;
  @Column('bytea', { name: 'token_hash' })
  tokenHash!: Buffer;
  /** That of the user when it began; a deactivation moves the user's on. */
  @Column('integer')
  epoch!: number;
  @Column('text')
  ip!: string;
  @Column('text', { nullable: true })
  device!: string | null;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;
  @Column('text', { name: 'revoked_because', nullable: true })
  revokedBecause!: string | null;
}
