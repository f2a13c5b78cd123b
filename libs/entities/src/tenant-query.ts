import { Client, type ClientBase, type QueryResult } from 'pg';
import type { Statement } from './statement';

/** Whose rows a statement may touch, and on behalf of which credential. */
export interface Scope {
  readonly tenantId: string;
  /** When given, the statement runs only if that credential is live and its tenant's SCIM switch is on. */
  readonly credentialId?: string;
  /** With which of its secrets, by number: one that was replaced may be refused while the credential is live. */
  readonly secret?: number;
}

/**
 * Prepared on every connection: they name the tenant for row-level security and take the application's role, both until
 * the end of the transaction, so that nothing leaks to whoever uses the connection next (also behind PgBouncer).
 * Every table has an index that begins with the tenant, so none is read from end to end: not for a tenant that is half of
 * it, and not because a plan was made while it was small.
 */
export const ENTER = `SELECT set_config('app.tenant', $1, true), set_config('enable_seqscan', 'off', true),
  set_config('role', 'provost_app', true)`;
/**
 * The same on behalf of a credential, refused when that or its secret was revoked or it has expired or its tenant's SCIM is off:
 * what one instance revoked, no other instance honours. Kept apart from ENTER because `$2 IS NULL OR …` is planned anew each time.
 */
export const ENTER_CHECKED = `SELECT set_config('app.tenant', $1, true), set_config('enable_seqscan', 'off', true), CASE WHEN EXISTS (
    SELECT FROM credentials c JOIN tenants t ON t.id = c.tenant_id
    WHERE c.tenant_id = $1::uuid AND c.id = $2::uuid AND c.revoked_at IS NULL
      AND c.oldest_secret <= $3::integer AND (c.expires_at IS NULL OR c.expires_at > now()) AND t.scim_enabled)
  THEN set_config('role', 'provost_app', true) ELSE refuse_credential() END`;
export const ENTER_PLATFORM = `SELECT set_config('role', 'provost_platform', true)`;
const PLAN_GENERIC = `SELECT set_config('plan_cache_mode', 'force_generic_plan', true)`;

/** For a scope that says no number. */
const NEWEST = 2_147_483_647;

/** The prepared statement that enters a scope, and its values. */
export function enter(scope: Scope | 'platform'): { name: string; text: string; values: string[] } {
  if (scope === 'platform') return { name: 'enter_platform', text: ENTER_PLATFORM, values: [] };
  const { tenantId, credentialId, secret = NEWEST } = scope;
  return credentialId === undefined
    ? { name: 'enter', text: ENTER, values: [tenantId] }
    : { name: 'enter_checked', text: ENTER_CHECKED, values: [tenantId, credentialId, String(secret)] };
}

/** Makes a fresh connection ready for TenantQuery; awaited before its first use. */
export async function prepareConnection(client: ClientBase): Promise<void> {
  // A connection that breaks while it is in use tells so twice: to its query, and as an event that ends the process when
  // nobody listens. The pool listens only while it lies idle.
  client.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    const parse = new ParseEnter((error) => (error ? reject(error) : resolve()));
    void client.query(parse as unknown as Parameters<ClientBase['query']>[0]);
  });
}

/** The part of pg's protocol object that is used here (pg is pinned; test/directory/tenant-query.spec.ts is the contract). */
export interface Wire {
  parse(message: { text: string; name: string; types?: number[] }): void;
  bind(message: { portal: string; statement: string; values: unknown[] }): void;
  execute(message: { portal: string; rows?: number }): void;
  sync(): void;
  stream: { cork(): void; uncork(): void };
}

type Done = (error: Error | null, result: QueryResult) => void;
/** What pg's Query has but its types do not show. */
interface QueryInternals {
  new (
    config: { name?: string; text: string; values: unknown[] },
    values: undefined,
    callback: Done,
  ): {
    prepare(connection: Wire): void;
    handleRowDescription(message: unknown): void;
    handleDataRow(message: unknown): void;
    handleCommandComplete(message: unknown, connection: Wire): void;
    handleReadyForQuery(connection: Wire): void;
    requiresPreparation(): boolean;
    submit(connection: Wire): Error | null;
    _getRows(connection: Wire): void;
  };
}
/** pg's own query object. */
export const Base = (Client as unknown as { Query: QueryInternals }).Query;

/** Parses the ENTER statements without running them. */
class ParseEnter extends Base {
  constructor(done: (error: Error | null) => void) {
    super({ text: ENTER, values: [] }, undefined, done);
  }

  override submit(connection: Wire): null {
    connection.parse({ name: 'enter', text: ENTER });
    connection.parse({ name: 'enter_checked', text: ENTER_CHECKED });
    connection.parse({ name: 'enter_platform', text: ENTER_PLATFORM });
    connection.parse({ name: 'plan_generic', text: PLAN_GENERIC });
    connection.sync();
    return null;
  }
}

/**
 * One statement in one implicit transaction: the prepared ENTER and the statement are two Executes before a single Sync,
 * in one write. A transaction of one statement cannot be left half done, and it costs no round trip of its own.
 */
export class TenantQuery extends Base {
  /** How many statements are still to be answered before this one. */
  private ahead: number;

  constructor(
    private readonly scope: Scope | 'platform',
    private readonly statement: Statement,
    values: unknown[],
    callback: Done,
  ) {
    super(
      statement.name ? { name: statement.name, text: statement.text, values } : { text: statement.text, values },
      undefined,
      callback,
    );
    this.ahead = statement.plan === 'generic' ? 2 : 1;
  }

  override requiresPreparation(): boolean {
    return true;
  }

  override prepare(connection: Wire): void {
    const { name, values } = enter(this.scope);
    connection.bind({ portal: '', statement: name, values });
    connection.execute({ portal: '' });
    if (this.statement.plan === 'generic') {
      connection.bind({ portal: '', statement: 'plan_generic', values: [] });
      connection.execute({ portal: '' });
    }
    super.prepare(connection);
  }

  override handleDataRow(message: unknown): void {
    if (this.ahead === 0) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, connection: Wire): void {
    if (this.ahead === 0) super.handleCommandComplete(message, connection);
    else this.ahead--;
  }
}
