import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * What has to be remembered of a person beside the resource, so that the profile follows sync_config (contract §5); a trigger on
 * `users` adds to it. Most people have none.
 */
@Entity('profiles')
export class Profile {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'profiles_pkey' })
  tenantId!: string;
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'profiles_pkey' })
  userId!: string;
  /** By field: what the application set, when, and the user's version then; null when there is nothing. */
  @Column('json', { nullable: true })
  app!: unknown;
  /** The resource as it was before an update: version, sync, at, resource; oldest first. */
  @Column('json')
  steps!: unknown;
  /** The version of sync_config under which the last step was kept. */
  @Column('integer', { name: 'sync_version' })
  syncVersion!: number;
  /** When the application last changed something. */
  @Column('timestamptz', { name: 'changed_at', nullable: true })
  changedAt!: Date | null;
}
