import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A role or a permission that a user has for a time (contract §6). Whether it is in force follows from the times alone. */
@Entity('grants')
@Check('grants_one_thing', 'num_nonnulls(role, permission) = 1')
@Index('grants_user', ['tenantId', 'userId', 'expiresAt'])
@Index('grants_due', ['dueAt', 'tenantId'], { where: '(due_at IS NOT NULL)' })
export class Grant {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'grants_pkey' })
  tenantId!: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'grants_pkey' })
  id!: string;
  @Column('uuid', { name: 'user_id' })
  userId!: string;
  /** Either a role or a permission. */
  @Column('text', { nullable: true })
  role!: string | null;
  @Column('text', { nullable: true })
  permission!: string | null;
  @Column({ type: 'text', collation: 'C', nullable: true })
  workspace!: string | null;
  /** Null: from the moment that it was created. */
  @Column('timestamptz', { name: 'starts_at', nullable: true })
  startsAt!: Date | null;
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
  @Column('text')
  reason!: string;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Column('json', { name: 'created_by' })
  createdBy!: unknown;
  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;
  /** When its next start or end has to be written into the log; null when there is nothing left to write. */
  @Column('timestamptz', { name: 'due_at', nullable: true })
  dueAt!: Date | null;
}
