import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A group without its members: those are rows of `memberships`. */
@Entity('groups')
@Index('groups_display_name', ['tenantId', 'displayNameKey'])
@Index('groups_external_id', ['tenantId', 'externalId'])
@Index('groups_search', { synchronize: false })
export class Group {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'groups_pkey' })
  tenantId!: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'groups_pkey' })
  id!: string;
  @Column('text', { name: 'display_name' })
  displayName!: string;
  @Column({ type: 'text', name: 'display_name_key', collation: 'C' })
  displayNameKey!: string;
  @Column({ type: 'text', name: 'external_id', collation: 'C', nullable: true })
  externalId!: string | null;
  /** Kept by the statement that changes the members, so that a list knows how much it is about to send. */
  @Column('integer', { name: 'member_count', default: 0 })
  memberCount!: number;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
  @Column('integer', { default: 1 })
  version!: number;
  @Column('json')
  resource!: unknown;
}

/** A user or a group in a group. One row, whatever the size of the group (design law 3). */
@Entity('memberships')
@Index('memberships_member', ['tenantId', 'memberId', 'groupId'])
@Index('memberships_nested', ['tenantId', 'memberId', 'groupId'], { where: "member_type = 'Group'" })
export class Membership {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'memberships_pkey' })
  tenantId!: string;
  @PrimaryColumn('uuid', { name: 'group_id', primaryKeyConstraintName: 'memberships_pkey' })
  groupId!: string;
  @PrimaryColumn('uuid', { name: 'member_id', primaryKeyConstraintName: 'memberships_pkey' })
  memberId!: string;
  @Column('text', { name: 'member_type' })
  memberType!: 'User' | 'Group';
}
