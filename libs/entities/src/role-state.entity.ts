import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The roles that the log last told of a person. */
@Entity('role_states')
export class RoleState {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'role_states_pkey' })
  tenantId!: string;
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'role_states_pkey' })
  userId!: string;
  @Column('text', { array: true })
  roles!: string[];
  /** How far in the log that was: of a later moment is only what has a higher one. */
  @Column('bigint')
  mark!: string;
}
