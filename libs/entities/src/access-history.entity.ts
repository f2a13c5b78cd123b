import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** That a key of group_mappings came to mean a group, or ceased to, under the number of the event that brought it. */
@Entity('binding_changes')
export class BindingChange {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'binding_changes_pkey' })
  tenantId!: string;
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'binding_changes_pkey' })
  seq!: string;
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'binding_changes_pkey' })
  key!: string;
  @Column('uuid', { name: 'from_group', nullable: true })
  fromGroup!: string | null;
  @Column('uuid', { name: 'to_group', nullable: true })
  toGroup!: string | null;
}

/** What was remembered of a profile (`profiles`) before an event; a trigger keeps it. Both null where nothing was. */
@Entity('profile_pasts')
@Index('profile_pasts_seq', ['tenantId', 'seq'])
export class ProfilePast {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'profile_pasts_pkey' })
  tenantId!: string;
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'profile_pasts_pkey' })
  userId!: string;
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'profile_pasts_pkey' })
  seq!: string;
  @Column('json', { nullable: true })
  app!: unknown;
  @Column('json', { nullable: true })
  steps!: unknown;
}
