import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Where a page of a walk by startIndex begins: behind `afterId`, whatever was created or deleted before it meanwhile. */
@Entity('page_positions')
@Index('page_positions_age', ['updatedAt'])
export class PagePosition {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'page_positions_pkey' })
  tenantId!: string;
  @PrimaryColumn('uuid', { name: 'credential_id', primaryKeyConstraintName: 'page_positions_pkey' })
  credentialId!: string;
  @PrimaryColumn('bytea', { name: 'query_hash', primaryKeyConstraintName: 'page_positions_pkey' })
  queryHash!: Buffer;
  @PrimaryColumn('integer', { name: 'start_index', primaryKeyConstraintName: 'page_positions_pkey' })
  startIndex!: number;
  @Column('uuid', { name: 'after_id' })
  afterId!: string;
  /** The last one that was there when the walk began: the walk ends with it, and what came later is for the next walk. */
  @Column('uuid', { name: 'until_id' })
  untilId!: string;
  @Column('integer')
  total!: number;
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}
