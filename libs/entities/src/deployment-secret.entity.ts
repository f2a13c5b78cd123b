import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A secret that all instances of a deployment share, e.g. the key that signs cursors. Made on the first start. */
@Entity('deployment_secrets')
export class DeploymentSecret {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'deployment_secrets_pkey' })
  name!: string;
  @Column('bytea')
  secret!: Buffer;
}
