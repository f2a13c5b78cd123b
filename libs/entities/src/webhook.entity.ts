import { Check, Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** An endpoint of the vendor's application (contract §7), with the state of its circuit breaker. */
@Entity('webhooks')
@Index('webhooks_for_calls', ['tenantId', 'url'], { unique: true, where: 'for_calls' })
export class Webhook {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'webhooks_pkey' })
  tenantId!: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhooks_pkey' })
  id!: string;
  @Column('text')
  url!: string;
  /** Patterns over event types: `user.created`, `user.*`, `*`. */
  @Column('text', { array: true })
  events!: string[];
  @Column('text', { nullable: true })
  description!: string | null;
  @Column('boolean')
  enabled!: boolean;
  /** Why it was disabled when nobody did it by hand. */
  @Column('text', { name: 'disabled_reason', nullable: true })
  disabledReason!: string | null;
  /** Made for an address that a rule calls; such an address has one. */
  @Column('boolean', { name: 'for_calls' })
  forCalls!: boolean;
  /** It gets the events after this number, which was the last when it was made. */
  @Column('bigint', { name: 'after_seq' })
  afterSeq!: string;
  /** Encrypted with the deployment's key. */
  @Column('bytea')
  secret!: Buffer;
  /** Signs as well until `previousUntil`. */
  @Column({ type: 'bytea', name: 'previous_secret', nullable: true })
  previousSecret!: Buffer | null;
  @Column('timestamptz', { name: 'previous_until', nullable: true })
  previousUntil!: Date | null;
  /** Attempts in a row that found nobody able to answer. */
  @Column('integer', { default: 0 })
  failures!: number;
  /** Nothing is sent before this time. */
  @Column('timestamptz', { name: 'open_until', nullable: true })
  openUntil!: Date | null;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
  /** The actor as events have it: type, id, name. */
  @Column('json', { name: 'created_by' })
  createdBy!: unknown;
}

/** Something to be sent to a webhook: an event, or a call of a rule. It stays until it was delivered. */
@Entity('webhook_deliveries')
@Unique('webhook_deliveries_once', ['tenantId', 'webhookId', 'key'])
@Check('webhook_deliveries_states', `state IN ('pending', 'delivered', 'parked')`)
@Index('webhook_deliveries_due', ['tenantId', 'webhookId', 'dueAt', 'position'], {
  where: `((state = 'pending'::text) AND (leased_by IS NULL))`,
})
@Index('webhook_deliveries_order', ['tenantId', 'webhookId', 'subjectId', 'position'], {
  where: `((state = 'pending'::text) AND in_order)`,
})
@Index('webhook_deliveries_leased', ['tenantId', 'webhookId', 'leasedBy'], { where: '(leased_by IS NOT NULL)' })
@Index('webhook_deliveries_list', ['tenantId', 'webhookId', 'id'])
@Index('webhook_deliveries_subject', ['tenantId', 'subjectId'])
@Index('webhook_deliveries_parked', ['tenantId'], { where: `(state = 'parked'::text)` })
@Index('webhook_deliveries_settled', ['tenantId', 'settledAt'], { where: `(state = 'delivered'::text)` })
export class WebhookDelivery {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'webhook_deliveries_pkey' })
  tenantId!: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhook_deliveries_pkey' })
  id!: string;
  @Column('uuid', { name: 'webhook_id' })
  webhookId!: string;
  /** What it must not be made twice for: the event's id, or the key that a rule gave. */
  @Column({ type: 'text', collation: 'C' })
  key!: string;
  /** Those of one subject are sent in this order. */
  @Column('bigint', { default: () => "nextval('webhook_deliveries_position')" })
  position!: string;
  @Column('text')
  type!: string;
  @Column('timestamptz', { name: 'occurred_at' })
  occurredAt!: Date;
  /** Null for the call of a rule, which brings `data` and `sealed` of its own. */
  @Column('uuid', { name: 'event_id', nullable: true })
  eventId!: string | null;
  @Column('bigint', { name: 'event_seq', nullable: true })
  eventSeq!: string | null;
  @Column('json', { nullable: true })
  data!: unknown;
  /** What of a call is personal, encrypted with the subject's key. */
  @Column({ type: 'bytea', nullable: true })
  sealed!: Buffer | null;
  @Column('uuid', { name: 'subject_id', nullable: true })
  subjectId!: string | null;
  /** False once it was replayed: then it waits for nobody and holds nobody up. */
  @Column('boolean', { name: 'in_order' })
  inOrder!: boolean;
  @Column('text')
  state!: 'pending' | 'delivered' | 'parked';
  @Column('integer', { default: 0 })
  attempts!: number;
  /** The last attempts. */
  @Column('jsonb', { default: [] })
  log!: unknown[];
  @Column('timestamptz', { name: 'due_at' })
  dueAt!: Date;
  @Column('timestamptz', { name: 'give_up_at' })
  giveUpAt!: Date;
  /** The worker that sends it; void as soon as that worker's lock is free. */
  @Column('uuid', { name: 'leased_by', nullable: true })
  leasedBy!: string | null;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  /** When it was delivered or parked. */
  @Column('timestamptz', { name: 'settled_at', nullable: true })
  settledAt!: Date | null;
}
