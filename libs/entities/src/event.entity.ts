import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One thing that happened. Written by libs/event-log only; never changed. Partitioned by months (migration 13). */
@Entity('events')
@Index('events_seq_order', ['seq'])
@Index('events_subject', ['tenantId', 'subjectId', 'seq'])
@Index('events_group', ['tenantId', 'groupId', 'seq'], { where: 'group_id IS NOT NULL' })
@Index('events_type', ['tenantId', 'type', 'seq'])
@Index('events_id', { synchronize: false })
export class Event {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'events_pkey' })
  tenantId!: string;
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'events_pkey', default: () => "nextval('events_seq')" })
  seq!: string;
  @Column('uuid')
  id!: string;
  @PrimaryColumn('timestamptz', { name: 'occurred_at', primaryKeyConstraintName: 'events_pkey' })
  occurredAt!: Date;
  @Column('text')
  type!: string;
  @Column('text', { name: 'subject_type' })
  subjectType!: string;
  @Column('uuid', { name: 'subject_id', nullable: true })
  subjectId!: string | null;
  @Column('uuid', { name: 'group_id', nullable: true })
  groupId!: string | null;
  /** Who and through which request. */
  @Column('json')
  context!: unknown;
  /** What is about no person: it stays when a person is erased. */
  @Column('json', { nullable: true })
  data!: unknown;
  /** What names or describes the subject, encrypted with the subject's key. */
  @Column({ type: 'bytea', nullable: true })
  sealed!: Buffer | null;
}

/** The key of one person's part of the log; dropping the row erases that part. */
@Entity('subject_keys')
export class SubjectKey {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'subject_keys_pkey' })
  tenantId!: string;
  @PrimaryColumn('uuid', { name: 'subject_id', primaryKeyConstraintName: 'subject_keys_pkey' })
  subjectId!: string;
  @Column('bytea')
  key!: Buffer;
}

/** How far a consumer of the log has come, over all tenants. */
@Entity('event_consumers')
export class EventConsumerPosition {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'event_consumers_pkey' })
  name!: string;
  @Column('bigint')
  position!: string;
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}
