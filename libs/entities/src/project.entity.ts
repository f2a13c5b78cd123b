import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A project of the app (contract §6), mostly in a workspace. */
@Entity('projects')
@Index('projects_workspace', ['tenantId', 'workspace', 'key'])
export class Project {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'projects_pkey' })
  tenantId!: string;
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'projects_pkey' })
  key!: string;
  @Column('text')
  name!: string;
  @Column({ type: 'text', collation: 'C', nullable: true })
  workspace!: string | null;
  @Column('json')
  attributes!: unknown;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}

/**
 * A user in a project. The row of a user who was deleted stays until the person is deprovisioned, so that the team can be
 * told and the deletion undone; whoever reads members joins `users`, so nobody sees it.
 */
@Entity('project_members')
@Index('project_members_user', ['tenantId', 'userId', 'projectKey'])
export class ProjectMember {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'project_members_pkey' })
  tenantId!: string;
  @PrimaryColumn({
    type: 'text',
    name: 'project_key',
    collation: 'C',
    primaryKeyConstraintName: 'project_members_pkey',
  })
  projectKey!: string;
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'project_members_pkey' })
  userId!: string;
}
