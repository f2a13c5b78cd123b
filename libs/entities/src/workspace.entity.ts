import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A workspace of the app, as the app registered it (contract §6). Its key is the app's own. */
@Entity('workspaces')
export class Workspace {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'workspaces_pkey' })
  tenantId!: string;
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'workspaces_pkey' })
  key!: string;
  @Column('text')
  name!: string;
  /** What else the app said about it, kept as it is. */
  @Column('json')
  attributes!: unknown;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}
