import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** A mail: kept until it is delivered. */
@Entity('mail')
@Unique('mail_key', ['tenantId', 'key'])
@Index('mail_status', ['tenantId', 'status', 'id'])
@Index('mail_user', ['tenantId', 'userId'], { where: '(user_id IS NOT NULL)' })
@Index('mail_turn', ['tenantId', 'dueAt'], { where: '(due_at IS NOT NULL)' })
@Index('mail_due', ['dueAt', 'tenantId'], { where: '(due_at IS NOT NULL)' })
@Index('mail_leased', ['leasedBy', 'tenantId'], { where: '(leased_by IS NOT NULL)' })
@Index('mail_parked', ['tenantId'], { where: `(status = 'parked'::text)` })
@Index('mail_delivered', ['deliveredAt', 'tenantId'], { where: '(delivered_at IS NOT NULL)' })
export class Mail {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'mail_pkey' })
  tenantId!: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'mail_pkey' })
  id!: string;
  /** Says the same of the same mail: the second of a key is not kept. */
  @Column({ type: 'text', collation: 'C' })
  key!: string;
  /** Whom it is about; it is erased with them. */
  @Column('uuid', { name: 'user_id', nullable: true })
  userId!: string | null;
  @Column('text')
  recipient!: string;
  @Column('text')
  template!: string;
  @Column('text')
  locale!: string;
  /** What fills the template; dropped once the mail is delivered. */
  @Column('json', { nullable: true })
  data!: unknown;
  /** undelivered, sending, delivered or parked. */
  @Column('text')
  status!: string;
  /** Also tells a worker whose time ran out that another has taken over. */
  @Column('integer', { default: 0 })
  attempts!: number;
  /** Three days after it the mail is parked. */
  @Column('timestamptz', { name: 'first_attempt_at', nullable: true })
  firstAttemptAt!: Date | null;
  /** When it may be taken (again); null when nothing is left to do. */
  @Column('timestamptz', { name: 'due_at', nullable: true })
  dueAt!: Date | null;
  /** The worker that has it in hand. */
  @Column('uuid', { name: 'leased_by', nullable: true })
  leasedBy!: string | null;
  @Column('text', { name: 'last_error', nullable: true })
  lastError!: string | null;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Column('timestamptz', { name: 'delivered_at', nullable: true })
  deliveredAt!: Date | null;
}
