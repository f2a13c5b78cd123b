import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A piece of content of the app and whose it is (contract §6). */
@Entity('content')
@Index('content_owner', ['tenantId', 'ownerId', 'key'])
@Index('content_project', ['tenantId', 'project', 'key'])
@Index('content_workspace', ['tenantId', 'workspace', 'key'])
export class Content {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'content_pkey' })
  tenantId!: string;
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'content_pkey' })
  key!: string;
  @Column('text')
  type!: string;
  /** Also after that user was deleted, until the content was handed on. */
  @Column('uuid', { name: 'owner_id' })
  ownerId!: string;
  @Column({ type: 'text', collation: 'C', nullable: true })
  project!: string | null;
  /** That of the project, when it is in one. */
  @Column({ type: 'text', collation: 'C', nullable: true })
  workspace!: string | null;
  @Column('text', { nullable: true })
  classification!: string | null;
  @Column('timestamptz', { name: 'archived_at', nullable: true })
  archivedAt!: Date | null;
  @Column('json')
  attributes!: unknown;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}
