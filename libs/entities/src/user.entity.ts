import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/**
 * A person. `resource` is the SCIM resource as JSON text without `groups` and `meta`, which are computed when it is
 * read; the other columns are what filters, sorting and uniqueness need.
 */
@Entity('users')
@Unique('users_user_name_key', ['tenantId', 'userNameKey'])
@Index('users_external_id', ['tenantId', 'externalId'])
@Index('users_updated_at', ['tenantId', 'updatedAt'])
@Index('users_inactive', ['tenantId', 'id'], { where: '(NOT active)' })
@Index('users_search', { synchronize: false })
export class User {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'users_pkey' })
  tenantId!: string;
  /** UUIDv7 whose milliseconds are those of createdAt: the order of ids is the order of arrival. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'users_pkey' })
  id!: string;
  @Column('text', { name: 'user_name' })
  userName!: string;
  /** userName folded: unique in its tenant (pains 11). */
  @Column({ type: 'text', name: 'user_name_key', collation: 'C' })
  userNameKey!: string;
  @Column({ type: 'text', name: 'external_id', collation: 'C', nullable: true })
  externalId!: string | null;
  @Column('text', { name: 'display_name', nullable: true })
  displayName!: string | null;
  /** The texts that people are looked up by, folded, a line each (libs/directory, search-key.ts), for `co`, `sw` and `ew`. */
  @Column({ type: 'text', name: 'search_key', collation: 'C' })
  searchKey!: string;
  @Column('boolean')
  active!: boolean;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
  @Column('integer', { default: 1 })
  version!: number;
  @Column('json')
  resource!: unknown;
  /** Moves on with every deactivation, by a trigger: sessions that began before it are over (docs/adr/0014). */
  @Column('integer', { name: 'session_epoch', default: 0 })
  sessionEpoch!: number;
}

/**
 * A value that a user has, as a hash of its attribute and folded text: equality on any indexed attribute is a range of
 * this key, already in the order of pages. The exact comparison is repeated on the resource.
 */
@Entity('user_terms')
export class UserTerm {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'user_terms_pkey' })
  tenantId!: string;
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'user_terms_pkey' })
  term!: string;
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'user_terms_pkey' })
  userId!: string;
}
