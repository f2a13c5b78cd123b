import { Inject, Injectable } from '@nestjs/common';
import { statement, TenantDatabase, uuidV7 } from '@provost/entities';
import {
  type EventContext,
  EventSignal,
  eventValues,
  insertEvents,
  type NewEvent,
  WriteStatement,
} from '@provost/event-log';
import { fold } from '@provost/scim-protocol';
import { invalid, problem } from '../http';
import { newSessionToken, sessionTokenHash } from './session-token';
import type { LoginDto } from './sessions.dto';

const LASTS_MS = 12 * 60 * 60 * 1_000;

const person = (column: string) => `SELECT u.id, u.active, k.key FROM users u
  LEFT JOIN subject_keys k ON k.tenant_id = u.tenant_id AND k.subject_id = u.id
  WHERE u.tenant_id = $1::uuid AND u.${column} = $2`;
const BY_ID = statement('login.by_id', person('id'));
const BY_NAME = statement('login.by_name', person('user_name_key'));
// The epoch comes from the row that says active: a session that a deactivation overtakes was never good.
const BEGIN = new WriteStatement(
  'session.begin',
  9,
  's',
  (insert) => `WITH s AS (
     INSERT INTO sessions (tenant_id, id, user_id, token_hash, epoch, ip, device, created_at, expires_at)
     SELECT $1::uuid, $2::uuid, u.id, $4, u.session_epoch, $5, $6, $7::timestamptz, $8::timestamptz
     FROM users u WHERE u.tenant_id = $1::uuid AND u.id = $3::uuid AND u.active RETURNING id),
   e AS (${insert})
   SELECT id FROM s`,
);
const RECORD = statement('login.record', insertEvents('$1::uuid', 2));

interface Person {
  readonly id: string;
  readonly active: boolean;
  readonly key: Buffer | null;
}
type Refusal = 'refused_by_app' | 'user_inactive' | 'user_unknown';

/** What a login comes to: an attempt that failed has no token, and its id is that of the event. */
export interface Login {
  readonly id: string;
  readonly userId?: string;
  readonly token?: string;
  readonly expiresAt?: Date;
}

/** Logins that the app reports (contract §6): a session for one that succeeded, an event for every one. */
@Injectable()
export class Logins {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
  ) {}

  /**
   * @returns the session with its token, this once; for `success: false` only the id of the event
   * @throws Problem 400; 403 when the user is deactivated, 404 when there is none (both are recorded as failed attempts)
   */
  async report(tenantId: string, login: LoginDto, context: EventContext): Promise<Login> {
    const someone = await this.find(tenantId, login);
    if (!login.success) return { id: await this.failed(tenantId, login, someone, 'refused_by_app', context) };
    if (!someone) {
      await this.failed(tenantId, login, someone, 'user_unknown', context);
      throw problem(404, 'The directory has no such user. Okta must provision the person before they can sign in.');
    }
    const session = someone.active ? await this.begin(tenantId, login, someone, context) : undefined;
    if (session) return session;
    await this.failed(tenantId, login, someone, 'user_inactive', context);
    throw problem(403, 'The user is deactivated. No session was begun; activate the user in Okta to let them in.');
  }

  private async find(tenantId: string, { userId, userName }: LoginDto): Promise<Person | undefined> {
    const given = [userId, userName].filter((name) => name !== undefined && name !== null).length;
    if (given === 0) throw invalid([{ pointer: '/userId', detail: 'must be given, or userName' }]);
    if (given === 2) throw invalid([{ pointer: '/userName', detail: 'must not be given together with userId' }]);
    const [query, value] = userId ? [BY_ID, userId] : [BY_NAME, fold(userName!)];
    const [found] = await this.db.read<Person>({ tenantId }, query, [tenantId, value]);
    return found;
  }

  /** @returns undefined when the user was deactivated or deleted meanwhile */
  private async begin(
    tenantId: string,
    login: LoginDto,
    { id: userId, key }: Person,
    context: EventContext,
  ): Promise<Login | undefined> {
    const [id, token, at] = [uuidV7(), newSessionToken(), new Date()];
    const expiresAt = login.expiresAt ?? new Date(at.getTime() + LASTS_MS);
    const hash = sessionTokenHash(token);
    const own = [tenantId, id, userId, hash, login.ip, login.device ?? null, at, expiresAt];
    const event = eventOf('session.login', userId, { sessionId: id, expiresAt }, login);
    const begun = await this.db.write({ tenantId }, ...BEGIN.for(own, at, context, [event], key ?? undefined), id);
    if (!begun.length) return undefined;
    this.signal.announce();
    return { id, userId, token, expiresAt };
  }

  /**
   * Who is not in the directory has no key to encrypt by, so nothing of what they typed is kept: people mistake the one
   * field for the other, and type passwords there.
   * @returns the id of the event
   */
  private async failed(
    tenantId: string,
    login: LoginDto,
    someone: Person | undefined,
    reason: Refusal,
    context: EventContext,
  ): Promise<string> {
    const event = someone
      ? eventOf('auth.failed', someone.id, { reason }, login)
      : { type: 'auth.failed' as const, subjectType: 'Tenant', subjectId: tenantId, data: { reason: 'user_unknown' } };
    const values = eventValues(new Date(), context, [event], someone?.key ?? undefined);
    await this.db.write({ tenantId }, RECORD, [tenantId, ...values]);
    this.signal.announce();
    const [, , [id]] = values as [unknown, unknown, [string]];
    return id;
  }
}

/** Where from and with what somebody logs in is about a person: it is encrypted, and erased with them. */
function eventOf(type: 'session.login' | 'auth.failed', userId: string, data: object, login: LoginDto): NewEvent {
  const personal = { ip: login.ip, device: login.device ?? null };
  return { type, subjectType: 'User', subjectId: userId, data, personal };
}
