import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { statement, TenantDatabase } from '@provost/entities';
import { Environment } from '../config';
import { FaultLog } from '../http';
import { isDeadWorker, type Job, type JobResult, Jobs, WorkerName } from '../jobs';
import { type Outcome, Postman } from './postman';
import { type MailData, renderMail, templateOf } from './render-mail';

/** The net: whoever commits a mail wakes us. */
const EVERY_MS = 1_000;
/** Another worker has in hand what is due. */
const OCCUPIED_MS = 250;
const BATCH = 20;
/** Longer than a batch takes over a slow server: the net for what a version took that wrote no name on it. */
const LEASE = '10 minutes';
/** Waits between the attempts at one mail: four times as long each time, up to an hour, for three days. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60 * 60 * 1_000;
const PATIENCE_MS = 3 * 24 * 60 * 60 * 1_000;
/** How long a server that cannot be used is left alone. */
const AWAY_MS = [500, 2_000, 10_000, 30_000] as const;

const NEXT = statement(
  'mail_delivery.next',
  `SELECT (extract(epoch FROM min(due_at) - clock_timestamp()) * 1000)::float8 AS ms FROM mail WHERE due_at IS NOT NULL`,
);
const TENANTS = statement(
  'mail_delivery.tenants',
  `SELECT DISTINCT d.tenant_id FROM
     (SELECT tenant_id FROM mail WHERE due_at <= now() ORDER BY due_at LIMIT 1000) d`,
);
const DEAD = statement(
  'mail_delivery.dead',
  `SELECT l.tenant_id, l.leased_by AS worker FROM (
     SELECT DISTINCT m.tenant_id, m.leased_by FROM mail m WHERE m.leased_by IS NOT NULL AND m.leased_by <> $1::uuid OFFSET 0) l
   WHERE ${isDeadWorker('l.leased_by')}`,
);
const FREE = statement(
  'mail_delivery.free',
  `UPDATE mail SET status = 'undelivered', due_at = now(), leased_by = NULL
   WHERE tenant_id = $1::uuid AND leased_by = $2::uuid AND status = 'sending'`,
);
// The attempt is counted before it is made: whoever dies in it does not make it anew for ever.
const TAKE = statement(
  'mail_delivery.take',
  `WITH due AS (
     SELECT id FROM mail WHERE tenant_id = $1::uuid AND due_at <= now() ORDER BY due_at
     LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)
   UPDATE mail m SET status = 'sending', attempts = m.attempts + 1, due_at = now() + interval '${LEASE}', leased_by = $2::uuid,
     first_attempt_at = coalesce(m.first_attempt_at, now())
   FROM due WHERE m.tenant_id = $1::uuid AND m.id = due.id
   RETURNING m.id, m.key, m.recipient, m.template, m.locale, m.data, m.attempts, m.first_attempt_at`,
);
// What filled the template is about people, and nobody needs it any more.
const DELIVERED = statement(
  'mail_delivery.delivered',
  `UPDATE mail SET status = 'delivered', delivered_at = now(), due_at = NULL, leased_by = NULL, data = NULL,
     last_error = NULL
   WHERE tenant_id = $1::uuid AND id = $2::uuid AND attempts = $3`,
);
const FAILED = statement(
  'mail_delivery.failed',
  `UPDATE mail SET status = CASE WHEN $5::float8 IS NULL THEN 'parked' ELSE 'undelivered' END, last_error = $4,
     leased_by = NULL, due_at = now() + $5::float8 * interval '1 millisecond'
   WHERE tenant_id = $1::uuid AND id = $2::uuid AND attempts = $3`,
);

interface TakenRow {
  id: string;
  key: string;
  recipient: string;
  template: string;
  locale: string;
  data: MailData;
  attempts: number;
  first_attempt_at: Date;
}

/**
 * Sends what is in the outbox. SMTP has no exactly-once: a worker that dies between the server's answer and its own note
 * of it makes the mail be sent again, under the same Message-ID. Any number of workers may run it; each mail is in the
 * hands of one.
 */
@Injectable()
export class MailDelivery implements Job, OnModuleDestroy {
  readonly name = 'mail-delivery';
  readonly about = 'Sends the mail that is in the outbox.';
  readonly everyMs = EVERY_MS;
  readonly woken = true;
  private stopped = false;
  private failures = 0;
  private awayUntil = 0;

  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(Environment) private readonly environment: Environment,
    @Inject(FaultLog) private readonly faults: FaultLog,
    @Inject(WorkerName) private readonly worker: WorkerName,
    @Inject(Jobs) jobs: Jobs,
  ) {
    jobs.register(this);
  }

  /** A stop waits for the batch in hand, not for all that there is. */
  onModuleDestroy(): void {
    this.stopped = true;
  }

  /** What is due in one tenant, also when the server was left alone. Without SMTP_URL everything stays where it is. */
  async run(tenantId: string): Promise<JobResult> {
    const total = { delivered: 0, failed: 0 };
    await this.withPostman(async (postman) => {
      for (;;) {
        const outcomes = await this.batch(tenantId, postman);
        const delivered = outcomes.filter((outcome) => outcome.delivered).length;
        total.delivered += delivered;
        total.failed += outcomes.length - delivered;
        if (!outcomes.length || this.stopped || this.noteServer(outcomes)) return;
      }
    });
    return total;
  }

  async runAll(): Promise<number | undefined> {
    if (!this.environment.SMTP_URL || Date.now() < this.awayUntil) return undefined;
    await this.freeDead();
    let pause = await this.untilDue();
    if (pause !== 0) return pause;
    await this.withPostman(async (postman) => {
      while (pause === 0 && !this.stopped) pause = (await this.round(postman)) ?? (await this.untilDue());
    });
    return pause;
  }

  /** A batch of each tenant that has something due, so that the mass mail of one holds up no other. */
  private async round(postman: Postman): Promise<number | undefined> {
    let sent = 0;
    for (const { tenant_id } of await this.db.run<{ tenant_id: string }>('platform', TENANTS, [])) {
      if (this.stopped) return EVERY_MS;
      const outcomes = await this.batch(tenant_id, postman);
      sent += outcomes.length;
      if (this.noteServer(outcomes)) return EVERY_MS;
    }
    return sent ? undefined : OCCUPIED_MS;
  }

  /** @returns milliseconds; 0 when something is due, undefined when nothing waits */
  private async untilDue(): Promise<number | undefined> {
    const [next] = await this.db.run<{ ms: number | null }>('platform', NEXT, []);
    return next!.ms === null ? undefined : Math.max(0, next!.ms);
  }

  /** Takes what dead workers had in hand from them. */
  private async freeDead(): Promise<void> {
    const worker = await this.worker.current();
    const dead = await this.db.run<{ tenant_id: string; worker: string }>('platform', DEAD, [worker]);
    for (const { tenant_id: tenantId, worker: gone } of dead) await this.db.run({ tenantId }, FREE, [tenantId, gone]);
  }

  private async batch(tenantId: string, postman: Postman): Promise<Outcome[]> {
    const taken = await this.db.run<TakenRow>({ tenantId }, TAKE, [tenantId, await this.worker.current()]);
    return Promise.all(taken.map((mail) => this.deliver(tenantId, mail, postman)));
  }

  private async deliver(tenantId: string, mail: TakenRow, postman: Postman): Promise<Outcome> {
    const outcome = await this.attempt(tenantId, mail, postman);
    const which = [tenantId, mail.id, mail.attempts];
    if (outcome.delivered) await this.db.run({ tenantId }, DELIVERED, which);
    else {
      const wait = outcome.final ? null : waitAfter(mail.attempts, mail.first_attempt_at);
      await this.db.run({ tenantId }, FAILED, [...which, outcome.fault, wait]);
    }
    return outcome;
  }

  private async attempt(tenantId: string, mail: TakenRow, postman: Postman): Promise<Outcome> {
    try {
      const rendered = renderMail(templateOf(mail.template), mail.locale, mail.data);
      return await postman.send(mail.recipient, `${tenantId}/${mail.key}`, rendered);
    } catch (error) {
      // Written by a version that knew another template: one that knows it may be running beside us.
      return { delivered: false, fault: (error as Error).message, final: false, about: 'mail' };
    }
  }

  /** Remembers whether the server can be used. @returns whether to leave it alone for a while */
  private noteServer(outcomes: readonly Outcome[]): boolean {
    const fault = outcomes.find((outcome) => !outcome.delivered && outcome.about === 'server');
    if (!fault || fault.delivered) {
      if (outcomes.length) this.failures = 0;
      return false;
    }
    // A server that is away for long is worth one line, not one a minute.
    if (this.failures === 0)
      this.faults.warn('Mail cannot be delivered and will be tried again.', new Error(fault.fault));
    this.awayUntil = Date.now() + AWAY_MS[Math.min(this.failures++, AWAY_MS.length - 1)]!;
    return true;
  }

  private async withPostman(work: (postman: Postman) => Promise<void>): Promise<void> {
    if (!this.environment.SMTP_URL) return;
    const postman = new Postman(this.environment.SMTP_URL, this.environment.mailFrom);
    try {
      await work(postman);
    } finally {
      postman.close();
    }
  }
}

/** @returns milliseconds until the next attempt, a little scattered; null when there is to be none */
export function waitAfter(attempts: number, firstAttempt: Date, now = Date.now()): number | null {
  const wait = Math.min(FIRST_WAIT_MS * 4 ** (attempts - 1), LONGEST_WAIT_MS) * (0.9 + Math.random() * 0.2);
  return now + wait > firstAttempt.getTime() + PATIENCE_MS ? null : wait;
}
