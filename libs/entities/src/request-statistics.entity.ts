import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** How the SCIM requests of a tenant went in a minute or, when that is long ago, in an hour. */
@Entity('request_statistics')
@Index('request_statistics_minutes', ['begins', 'tenantId'], { where: '(NOT hourly)' })
export class RequestStatistic {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'request_statistics_pkey' })
  tenantId!: string;
  @PrimaryColumn('timestamptz', { primaryKeyConstraintName: 'request_statistics_pkey' })
  begins!: Date;
  /** read or write. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'request_statistics_pkey' })
  kind!: string;
  @Column('boolean', { default: false })
  hourly!: boolean;
  @Column('integer')
  requests!: number;
  @Column('integer')
  failed!: number;
  /** Answered 429, which clients send again by themselves. */
  @Column('integer')
  throttled!: number;
  @Column('double precision', { name: 'total_ms' })
  totalMs!: number;
  /** How many that succeeded took how long, on the scale of the application; without its empty end. */
  @Column('integer', { array: true })
  latency!: number[];
  /** When the last one succeeded. */
  @Column('timestamptz', { name: 'synced_at', nullable: true })
  syncedAt!: Date | null;
}
