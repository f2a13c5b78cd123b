import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A sensitive role that waits for somebody's word, or has had it (contract §5). */
@Entity('approvals')
@Index('approvals_standing', ['tenantId', 'userId', 'role'], { unique: true, where: `(state <> 'lapsed'::text)` })
export class Approval {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'approvals_pkey' })
  tenantId!: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'approvals_pkey' })
  id!: string;
  @Column('uuid', { name: 'user_id' })
  userId!: string;
  @Column('text')
  role!: string;
  /** `manager` or `admins`. */
  @Column('text')
  approver!: string;
  /** The manager at the time of the request. */
  @Column('uuid', { name: 'approver_id', nullable: true })
  approverId!: string | null;
  @Column('text')
  state!: string;
  @Column('timestamptz', { name: 'requested_at' })
  requestedAt!: Date;
  /** Until when it can be decided; null for any time. */
  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;
  @Column('timestamptz', { name: 'decided_at', nullable: true })
  decidedAt!: Date | null;
  @Column('json', { name: 'decided_by', nullable: true })
  decidedBy!: unknown;
  @Column('text', { nullable: true })
  reason!: string | null;
}
