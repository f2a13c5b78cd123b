import { Inject, Injectable } from '@nestjs/common';
import { statement, TenantDatabase } from '@provost/entities';
import { EventSignal, eventValues, insertEvents } from '@provost/event-log';
import { inEachTenant, type Job, type JobResult, Jobs } from '../jobs';
import { Metrics } from '../telemetry';
import { PublicUrl, type ShownCertificate } from './public-url';

const EVERY_MS = 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
/** Told when no more than so many days are left; 0 when it is over. */
const TOLD_AT = [0, 1, 7, 14, 30] as const;
const CONTEXT = { actor: { type: 'system', id: 'certificate-watch' }, request: { id: 'certificate-watch' } };

const isTold = (tenant: string, fingerprint: string, days: string) =>
  `EXISTS (SELECT FROM events k WHERE k.tenant_id = ${tenant} AND k.type = 'certificate.expiring'
     AND k.data->>'fingerprint' = ${fingerprint} AND (k.data->>'withinDays')::int <= ${days}::int)`;
const UNTOLD = statement(
  'certificate.untold',
  `SELECT t.id AS tenant_id FROM tenants t WHERE ($3::uuid IS NULL OR t.id = $3::uuid) AND NOT ${isTold('t.id', '$1::text', '$2')}`,
);
const LOCK = statement(
  'certificate.lock',
  `SELECT pg_advisory_xact_lock(hashtextextended('provost certificate ' || $1::text, 0))`,
);
const TELL = statement(
  'certificate.tell',
  `WITH e AS (${insertEvents('$1::uuid', 4, ` WHERE NOT ${isTold('$1::uuid', '$2::text', '$3')}`)} RETURNING id) SELECT id FROM e`,
);

/** Warns every tenant before the certificate ends that its identity provider has to trust: then nothing more would be provisioned. */
@Injectable()
export class CertificateWatch implements Job {
  readonly name = 'certificate-watch';
  readonly about = 'Looks at the certificate of the public URL and warns 30, 14, 7 and 1 days before it ends.';
  readonly everyMs = EVERY_MS;
  private last: ShownCertificate | undefined;

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
    @Inject(PublicUrl) private readonly publicUrl: PublicUrl,
    @Inject(Jobs) jobs: Jobs,
    @Inject(Metrics) metrics: Metrics,
  ) {
    jobs.register(this);
    metrics.add({
      ...{ name: 'provost_certificate_expiry_timestamp_seconds', type: 'gauge' },
      help: 'When the certificate at the public URL ends, as a worker saw it last.',
      samples: () => (this.last ? [{ value: this.last.validTo.getTime() / 1_000 }] : []),
    });
  }

  async run(tenantId: string): Promise<JobResult> {
    return { warned: await this.watch(tenantId) };
  }

  async runAll(): Promise<undefined> {
    await this.watch(null);
  }

  /** @returns how many tenants were warned @param now as the clock has it, or as a test would */
  async watch(only: string | null, now = Date.now()): Promise<number> {
    const shown = await this.publicUrl.certificate();
    this.last = shown ?? this.last;
    const days = shown && TOLD_AT.find((limit) => shown.validTo.getTime() - now <= limit * DAY_MS);
    if (!shown || days === undefined) return 0;
    const tenants = await this.db.run<{ tenant_id: string }>('platform', UNTOLD, [shown.fingerprint, days, only]);
    let warned = 0;
    await inEachTenant(tenants, async (tenantId) => {
      if (await this.warn(tenantId, shown, days)) warned++;
    });
    if (warned) this.signal.announce();
    return warned;
  }

  /** Once for each limit, whichever worker comes first. */
  private async warn(
    tenantId: string,
    { host, validTo, fingerprint }: ShownCertificate,
    days: number,
  ): Promise<boolean> {
    const data = { host, validTo, withinDays: days, fingerprint };
    const event = { type: 'certificate.expiring', subjectType: 'Tenant', subjectId: tenantId, data } as const;
    return this.db.transaction({ tenantId }, async (tx) => {
      await tx.query(LOCK, [tenantId]);
      const values = eventValues(new Date(), CONTEXT, [event]);
      return (await tx.query(TELL, [tenantId, fingerprint, days, ...values])).length > 0;
    });
  }
}
