import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One seal of a tenant's chain; what it means is in libs/audit-trail. Never changed. */
@Entity('audit_seals')
@Index('audit_seals_last', ['tenantId', 'lastSeq'], { where: `(kind = 'sealed'::text)` })
@Index('audit_seals_dropped', ['tenantId', 'number'], { where: `(kind = 'dropped'::text)` })
export class AuditSeal {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'audit_seals_pkey' })
  tenantId!: string;
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'audit_seals_pkey' })
  number!: number;
  @Column('text')
  kind!: string;
  @Column('bigint', { name: 'first_seq' })
  firstSeq!: string;
  @Column('bigint', { name: 'last_seq' })
  lastSeq!: string;
  @Column('integer')
  count!: number;
  @Column('bytea')
  root!: Buffer;
  @Column('bytea')
  previous!: Buffer;
  @Column('timestamptz', { name: 'sealed_at' })
  sealedAt!: Date;
  @Column('text', { name: 'key_id' })
  keyId!: string;
  @Column('bytea')
  signature!: Buffer;
  /** Number and hash of each event, or the record of what was dropped. */
  @Column('bytea')
  leaves!: Buffer;
}

/** How far a tenant's chain of seals goes. */
@Entity('audit_heads')
export class AuditHead {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'audit_heads_pkey' })
  tenantId!: string;
  @Column('integer')
  number!: number;
  @Column('bytea')
  hash!: Buffer;
  @Column('bigint', { name: 'last_seq' })
  lastSeq!: string;
  @Column('bigint')
  events!: string;
  @Column('text', { name: 'key_id' })
  keyId!: string;
  @Column('bytea')
  signature!: Buffer;
}

/** That somebody did something between these two events. */
@Entity('audit_actors')
export class AuditActor {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'audit_actors_pkey' })
  tenantId!: string;
  @PrimaryColumn('text', { collation: 'C', primaryKeyConstraintName: 'audit_actors_pkey' })
  actor!: string;
  @PrimaryColumn('bigint', { name: 'last_seq', primaryKeyConstraintName: 'audit_actors_pkey' })
  lastSeq!: string;
  @Column('bigint', { name: 'first_seq' })
  firstSeq!: string;
}
