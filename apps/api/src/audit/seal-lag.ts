import { Inject, Injectable } from '@nestjs/common';
import { statement, TenantDatabase } from '@provost/entities';

/** Counted so far and no further: whoever asks wants to know whether sealing keeps up. */
const MOST = 100_000;

const LAG = statement(
  'audit.lag',
  `WITH p AS MATERIALIZED (SELECT coalesce((SELECT position FROM event_consumers WHERE name = 'audit-seals'), 0) AS position),
     oldest AS MATERIALIZED (SELECT e.occurred_at FROM events e WHERE e.seq > (SELECT position FROM p) ORDER BY e.seq LIMIT 1)
   SELECT (SELECT greatest(0, extract(epoch FROM clock_timestamp() - occurred_at))::float8 FROM oldest) AS seconds,
     (SELECT count(*)::int FROM (SELECT FROM events e WHERE e.seq > (SELECT position FROM p) LIMIT ${MOST}) u) AS events`,
);

/** How far sealing is behind the log, over all tenants. */
@Injectable()
export class SealLag {
  constructor(@Inject(TenantDatabase) private readonly db: TenantDatabase) {}

  /**
   * @returns how many events wait for a seal (counted up to 100,000), and how old the oldest of them is in seconds; 0 when none waits
   * @throws DatabaseUnavailable
   */
  async read(): Promise<{ events: number; oldestSeconds: number }> {
    const [row] = await this.db.run<{ seconds: number | null; events: number }>('platform', LAG, []);
    return { events: row!.events, oldestSeconds: row!.seconds ?? 0 };
  }
}
