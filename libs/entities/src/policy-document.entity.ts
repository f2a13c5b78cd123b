import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One version of a policy document (contract §5); a row is never changed. */
@Entity('policy_documents')
export class PolicyDocument {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'policy_documents_pkey' })
  tenantId!: string;
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'policy_documents_pkey' })
  name!: string;
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'policy_documents_pkey' })
  version!: number;
  @Column('json')
  document!: unknown;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  /** The actor as events have it: type, id, name. */
  @Column('json', { name: 'created_by' })
  createdBy!: unknown;
}

/** Which version of a document is in force; locked by whoever puts the next. */
@Entity('policy_heads')
export class PolicyHead {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'policy_heads_pkey' })
  tenantId!: string;
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'policy_heads_pkey' })
  name!: string;
  @Column('integer')
  version!: number;
}

/** Counters that move with whatever access is computed from, memberships of people aside: what was compiled is then old. */
@Entity('access_versions')
export class AccessVersion {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'access_versions_pkey' })
  tenantId!: string;
  /** Policy documents. */
  @Column('bigint', { default: 0 })
  documents!: string;
  /** Groups that come, go or change their name or externalId, and groups in groups. */
  @Column('bigint', { default: 0 })
  groups!: string;
  /** Workspaces that the application registers. */
  @Column('bigint', { default: 0 })
  workspaces!: string;
}

/** Which group a key of group_mappings means, from its first match for as long as the key stays in the document. */
@Entity('group_bindings')
@Index('group_bindings_unbound', ['tenantId', 'keyFolded'], { where: 'group_id IS NULL' })
export class GroupBinding {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'group_bindings_pkey' })
  tenantId!: string;
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'group_bindings_pkey' })
  key!: string;
  /** As a group's display_name_key is folded. */
  @Column({ type: 'text', name: 'key_folded', collation: 'C' })
  keyFolded!: string;
  @Column('uuid', { name: 'group_id', nullable: true })
  groupId!: string | null;
  @Column('timestamptz', { name: 'bound_at', nullable: true })
  boundAt!: Date | null;
}
