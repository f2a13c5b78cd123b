import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A tenant's own SCIM extension (contract §3, POST /schemas). */
@Entity('tenant_schemas')
export class TenantSchema {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'tenant_schemas_pkey' })
  tenantId!: string;
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'tenant_schemas_pkey' })
  urn!: string;
  @Column('text', { name: 'resource_type' })
  resourceType!: string;
  @Column('json')
  definition!: unknown;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
