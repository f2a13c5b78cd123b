import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** A rule that fired for somebody (contract §7). It keeps ids only, so it stays when the person is erased. */
@Entity('lifecycle_runs')
@Unique('lifecycle_runs_fired', ['tenantId', 'eventId', 'rule', 'userId'])
@Index('lifecycle_runs_user', ['tenantId', 'userId', 'eventSeq'])
@Index('lifecycle_runs_next', ['tenantId', 'eventSeq'], { where: '(next_at IS NOT NULL)' })
@Index('lifecycle_runs_due', ['nextAt', 'tenantId'], { where: '(next_at IS NOT NULL)' })
@Index('lifecycle_runs_state', ['tenantId', 'state', 'id'])
@Index('lifecycle_runs_rule', ['tenantId', 'rule', 'requestedAt'])
@Index('lifecycle_runs_retained', ['tenantId', 'requestedAt'], {
  where: `((rule = 'user_removal'::text) AND (superseded_at IS NULL) AND (erased_at IS NULL))`,
})
@Index('lifecycle_runs_arrival', ['tenantId', 'userId'], { unique: true, where: `(rule = 'user_creation'::text)` })
@Index('lifecycle_runs_held', ['tenantId', 'holdId'], { where: '(hold_id IS NOT NULL)' })
@Index('lifecycle_runs_failed', ['tenantId'], { where: `(state = 'failed'::text)` })
export class LifecycleRun {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'lifecycle_runs_pkey' })
  tenantId!: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'lifecycle_runs_pkey' })
  id!: string;
  @Column('uuid', { name: 'event_id' })
  eventId!: string;
  /** Its place in the log: the runs of one user are worked on in this order. */
  @Column('bigint', { name: 'event_seq' })
  eventSeq!: string;
  @Column('text', { name: 'event_type' })
  eventType!: string;
  @Column('text')
  rule!: string;
  @Column('text')
  trigger!: string;
  @Column('uuid', { name: 'user_id' })
  userId!: string;
  @Column('uuid', { name: 'group_id', nullable: true })
  groupId!: string | null;
  @Column('text')
  state!: string;
  @Column('uuid', { name: 'hold_id', nullable: true })
  holdId!: string | null;
  /** When the change was made that fired it. */
  @Column('timestamptz', { name: 'requested_at' })
  requestedAt!: Date;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Column('timestamptz', { name: 'started_at', nullable: true })
  startedAt!: Date | null;
  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;
  /** When it is to be worked on; null when there is nothing left to do by itself. */
  @Column('timestamptz', { name: 'next_at', nullable: true })
  nextAt!: Date | null;
  /** When the person came back, from which moment it counts no more. */
  @Column('timestamptz', { name: 'superseded_at', nullable: true })
  supersededAt!: Date | null;
  @Column('timestamptz', { name: 'erased_at', nullable: true })
  erasedAt!: Date | null;
}

/** One action of a run, in its place. */
@Entity('lifecycle_actions')
export class LifecycleAction {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'lifecycle_actions_pkey' })
  tenantId!: string;
  @PrimaryColumn('uuid', { name: 'run_id', primaryKeyConstraintName: 'lifecycle_actions_pkey' })
  runId!: string;
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'lifecycle_actions_pkey' })
  position!: number;
  @Column('text')
  action!: string;
  @Column('json')
  arguments!: unknown;
  @Column('text')
  state!: string;
  @Column('integer', { default: 0 })
  attempts!: number;
  /** Why it failed or is held. */
  @Column('text', { name: 'last_error', nullable: true })
  lastError!: string | null;
  @Column('json', { nullable: true })
  result!: unknown;
  @Column('timestamptz', { name: 'started_at', nullable: true })
  startedAt!: Date | null;
  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;
}

/** One thing that an action did: what the receipt proves, and what a restoration undoes. */
@Entity('lifecycle_effects')
@Index('lifecycle_effects_content', ['tenantId', 'subject', 'at'], { where: `(kind = 'content_moved'::text)` })
export class LifecycleEffect {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'lifecycle_effects_pkey' })
  tenantId!: string;
  @PrimaryColumn('uuid', { name: 'run_id', primaryKeyConstraintName: 'lifecycle_effects_pkey' })
  runId!: string;
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'lifecycle_effects_pkey' })
  position!: number;
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'lifecycle_effects_pkey' })
  kind!: string;
  /** Key of content or of a project, id of a session, a grant or a person. */
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'lifecycle_effects_pkey' })
  subject!: string;
  @Column('uuid', { name: 'from_id', nullable: true })
  fromId!: string | null;
  @Column('uuid', { name: 'to_id', nullable: true })
  toId!: string | null;
  @Column('timestamptz')
  at!: Date;
  @Column('timestamptz', { name: 'undone_at', nullable: true })
  undoneAt!: Date | null;
}

/** A mass change whose destructive actions a safeguard holds until somebody decides. */
@Entity('lifecycle_holds')
@Index('lifecycle_holds_open', ['tenantId', 'kind'], { unique: true, where: `(state = 'open'::text)` })
export class LifecycleHold {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'lifecycle_holds_pkey' })
  tenantId!: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'lifecycle_holds_pkey' })
  id!: string;
  @Column('text')
  kind!: string;
  @Column('text')
  state!: string;
  /** The limit that was passed: so many in so long. */
  @Column('integer')
  most!: number;
  @Column('text', { name: 'time_window' })
  timeWindow!: string;
  @Column('timestamptz', { name: 'opened_at' })
  openedAt!: Date;
  @Column('timestamptz', { name: 'decided_at', nullable: true })
  decidedAt!: Date | null;
  @Column('json', { name: 'decided_by', nullable: true })
  decidedBy!: unknown;
  @Column('text', { nullable: true })
  reason!: string | null;
}

/** Somebody whom the rollout has not reached, as last seen. */
@Entity('lifecycle_staged')
export class LifecycleStaged {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'lifecycle_staged_pkey' })
  tenantId!: string;
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'lifecycle_staged_pkey' })
  userId!: string;
  @Column('timestamptz')
  since!: Date;
}
