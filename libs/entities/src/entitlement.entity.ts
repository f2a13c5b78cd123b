import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What Okta's governance discovers and assigns: a Role or an Entitlement (catalogue §1.9). */
@Entity('entitlements')
@Index('entitlements_display_name', ['tenantId', 'resourceType', 'displayNameKey'])
export class Entitlement {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'entitlements_pkey' })
  tenantId!: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'entitlements_pkey' })
  id!: string;
  @Column('text', { name: 'resource_type' })
  resourceType!: 'Role' | 'Entitlement';
  @Column('text', { name: 'display_name' })
  displayName!: string;
  @Column({ type: 'text', name: 'display_name_key', collation: 'C' })
  displayNameKey!: string;
  @Column({ type: 'text', name: 'external_id', collation: 'C', nullable: true })
  externalId!: string | null;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
  @Column('integer', { default: 1 })
  version!: number;
  @Column('json')
  resource!: unknown;
}
