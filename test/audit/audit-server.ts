import type { Client } from 'pg';
import { ExportCheck, type ExportFault, type KnownOfRecord } from '@provost/audit-trail';
import { ResourcesServer } from '../resources/resources-server';
import type { Json } from '../scim/scim-client';

/** A server whose audit record specs look at, and tamper with as whoever owns the database could. */
export class AuditServer {
  private constructor(
    readonly app: ResourcesServer,
    readonly tenantId: string,
  ) {}

  static async start(environment: NodeJS.ProcessEnv = {}): Promise<AuditServer> {
    const app = await ResourcesServer.start({ LOG_LEVEL: 'fatal', ...environment });
    const { rows } = await app.database.query<{ id: string }>(`SELECT id FROM tenants WHERE slug = 'default'`);
    return new AuditServer(app, rows[0]!.id);
  }

  get database(): Client {
    return this.app.database;
  }

  /** As an auditor. @returns the body of a 200 */
  get(path: string): Promise<Json> {
    return this.app.must(200, 'GET', `/audit/${path}`, undefined, this.app.as('auditor'));
  }

  /** Seals all that there is. @returns how many events of this tenant were sealed now */
  async seal(): Promise<number> {
    const { result } = await this.app.must(200, 'POST', '/jobs/seal/run', undefined, this.app.as('admin'));
    return (result as { events: number }).events;
  }

  verify(): Promise<Json> {
    return this.get('verify');
  }

  /** The lines of an export that can be verified, each with its end. */
  async exported(query = ''): Promise<string[]> {
    const answer = await this.app.send('GET', `/audit/export?format=ndjson${query}`, undefined, this.app.as('auditor'));
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/x-ndjson' } });
    return answer.text.match(/.*\n/g)!;
  }

  /** Some events, with personal parts. @returns the ids of the users */
  async users(count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let i = 0; i < count; i++) ids.push((await this.app.scim.createdUser()).id);
    return ids;
  }

  stop(): Promise<void> {
    return this.app?.stop();
  }
}

/** Verifies an export as `npm run audit:verify` does. */
export function checked(
  lines: readonly string[],
  known?: KnownOfRecord,
): { check: ExportCheck; fault: ExportFault | undefined } {
  const check = new ExportCheck(known);
  for (const line of lines) {
    const fault = check.line(Buffer.from(line));
    if (fault) return { check, fault };
  }
  return { check, fault: check.end() };
}
