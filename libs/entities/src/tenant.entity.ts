import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** A customer of the vendor: one directory, one configuration, one log. */
@Entity('tenants')
@Unique('tenants_slug_key', ['slug'])
export class Tenant {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'tenants_pkey' })
  id!: string;
  @Column({ type: 'text', collation: 'C' })
  slug!: string;
  @Column('text')
  name!: string;
  @Column('text', { nullable: true })
  region!: string | null;
  /** False makes /scim/v2 answer 403 for this tenant. */
  @Column('boolean', { name: 'scim_enabled', default: true })
  scimEnabled!: boolean;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}

/** Operators belong to no tenant: their credentials stand under this one, which has no row in `tenants`. */
export const NIL_TENANT = '00000000-0000-0000-0000-000000000000';
