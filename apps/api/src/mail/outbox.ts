import { Injectable } from '@nestjs/common';
import { statement, type TenantTransaction, uuidV7 } from '@provost/entities';
import { languageOf, type MailData, renderMail, templateOf } from './render-mail';

const MOST_KEY = 500;
/** One mailbox (RFC 5321 §4.1.2, without quoted local parts and address literals), of at most 254 characters. */
const ADDRESS = /^(?=.{3,254}$)[^\s\p{Cc}\p{Cs}@<>()[\]\\,;:"]{1,64}@[^\s\p{Cc}\p{Cs}@<>()[\]\\,;:"_]+$/u;

const ENQUEUE = statement(
  'mail.enqueue',
  `INSERT INTO mail (tenant_id, id, key, user_id, recipient, template, locale, data, status, due_at, last_error, created_at)
   SELECT $1::uuid, m.id, m.key, m.user_id, m.recipient, m.template, m.locale, m.data::json,
     CASE WHEN m.fault IS NULL THEN 'undelivered' ELSE 'parked' END,
     CASE WHEN m.fault IS NULL THEN $2::timestamptz END, m.fault, $2::timestamptz
   FROM unnest($3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
     AS m (id, key, user_id, recipient, template, locale, data, fault)
   ON CONFLICT (tenant_id, key) DO NOTHING`,
);
const ERASE = statement(
  'mail.erase',
  `WITH m AS (DELETE FROM mail WHERE tenant_id = $1::uuid AND user_id = $2::uuid RETURNING id)
   SELECT count(*)::int AS erased FROM m`,
);

export interface NewMail {
  readonly tenantId: string;
  /** Whom it is about: it is erased with them. */
  readonly userId?: string;
  /** One address. */
  readonly to: string;
  /** Name of a template. */
  readonly template: string;
  /** Such as de-AT. */
  readonly locale?: string;
  /** The fields of the template. */
  readonly data: object;
  /** What makes it this mail: another of the same key is not kept. */
  readonly key: string;
}

/** Mail that is kept until it is delivered (contract §1, SMTP_URL). */
@Injectable()
export class Outbox {
  /**
   * Keeps a mail in the caller's transaction: it is sent if and only if that commits. One to an address that cannot be
   * one is parked at once and shown as such, rather than hold up the caller, who cannot help it.
   * @throws Error when there is no such template or its fields are not there, which is the caller's mistake
   */
  enqueue(tx: TenantTransaction, mail: NewMail): Promise<void> {
    return this.enqueueAll(tx, mail.tenantId, [mail]);
  }

  /** The same for many mails of one tenant in one statement. */
  async enqueueAll(
    tx: TenantTransaction,
    tenantId: string,
    mails: readonly Omit<NewMail, 'tenantId'>[],
  ): Promise<void> {
    if (!mails.length) return;
    const rows = mails.map(rowOf);
    const columns = rows[0]!.map((_, column) => rows.map((row) => row[column]));
    await tx.query(ENQUEUE, [tenantId, new Date(), ...columns]);
  }

  /** Forgets every mail about a person, delivered or not, in the caller's transaction. @returns how many */
  async erase(tx: TenantTransaction, tenantId: string, userId: string): Promise<number> {
    const [row] = await tx.query<{ erased: number }>(ERASE, [tenantId, userId]);
    return row!.erased;
  }
}

/** The columns of a mail from its id on, as ENQUEUE takes them. @throws Error as enqueue */
function rowOf({ key, userId, to, template: name, locale, data }: Omit<NewMail, 'tenantId'>): (string | null)[] {
  if (!key || key.length > MOST_KEY) throw new Error(`The key of a mail has 1 to ${MOST_KEY} characters.`);
  const template = templateOf(name);
  const language = languageOf(template, locale);
  renderMail(template, language, data as MailData);
  const recipient = to.replace(/[\p{Cc}\p{Cs}]/gu, '').slice(0, 500);
  const fault = ADDRESS.test(to) ? null : 'The recipient is not an e-mail address.';
  return [uuidV7(), key, userId ?? null, recipient, template.name, language, JSON.stringify(data), fault];
}
