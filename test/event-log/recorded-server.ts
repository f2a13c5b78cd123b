import { Writable } from 'node:stream';
import { Client } from 'pg';
import { pino } from 'pino';
import type { EventContext } from '@provost/event-log';
import { openPersonal, type EventRow } from '@provost/event-log';
import { FirstStart } from '../../apps/api/src/bootstrap';
import { readEnvironment } from '../../apps/api/src/config';
import { directRoute } from '../../apps/api/src/database';
import { FaultLog } from '../../apps/api/src/http';
import { createServer } from '../../apps/api/src/server';
import { createTestDatabase } from '../support/database';
import { freePort } from '../support/free-port';

/** An event as an auditor reads it: with what describes the person, as long as that can be read. */
export interface ReadEvent {
  readonly type: string;
  readonly subject: string;
  readonly group: string | null;
  readonly data: unknown;
  readonly personal: unknown;
  readonly context: EventContext;
  /** The transaction that wrote it. */
  readonly xmin: string;
  readonly row: EventRow;
}

export interface Answer {
  readonly status: number;
  readonly etag: string | null;
  readonly requestId: string;
  readonly body: Record<string, unknown> & { id: string };
}

/** The whole application, everything that it logs, and its database as a superuser sees it. */
export class RecordedServer {
  private mark = '0';
  private requests = 0;

  private constructor(
    readonly client: Client,
    readonly scimToken: string,
    readonly operatorToken: string,
    private readonly root: string,
    /** Every line that was logged, at the level at which everything is. */
    readonly logged: string[],
    readonly stop: () => Promise<void>,
  ) {}

  static async start(): Promise<RecordedServer> {
    const database = await createTestDatabase();
    const port = await freePort();
    const environment = readEnvironment({ PORT: String(port), DATABASE_URL: database.url, LOG_LEVEL: 'trace' });
    const logged: string[] = [];
    const sink = new Writable({
      write(chunk: Buffer, _, done) {
        logged.push(chunk.toString());
        done();
      },
    });
    const app = await createServer(
      environment,
      directRoute(database.url),
      new FaultLog(pino({ level: 'trace' }, sink)),
    );
    await app.listen(port, '127.0.0.1');
    const tokens = (await app.get(FirstStart).run())!;
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const stop = async () => {
      await app.close();
      await client.end();
      await database.drop();
    };
    const root = `http://127.0.0.1:${port}`;
    return new RecordedServer(client, tokens.scimToken, tokens.adminToken!, root, logged, stop);
  }

  /** One request; its id says in the log which it was. */
  async send(
    method: string,
    path: string,
    body?: object,
    { token = this.scimToken, ...headers }: Record<string, string> & { token?: string } = {},
  ): Promise<Answer> {
    const requestId = `request-${++this.requests}`;
    const response = await fetch(`${this.root}${path.startsWith('/api') ? '' : '/scim/v2'}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': path.startsWith('/api') ? 'application/json' : 'application/scim+json',
        'user-agent': 'Okta SCIM Client 1.0.0',
        'x-request-id': requestId,
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    const answer = (text ? JSON.parse(text) : {}) as Answer['body'];
    return { status: response.status, etag: response.headers.get('etag'), requestId, body: answer };
  }

  /** The events since this was asked last, in their order; not those of requests that failed, which are told later. */
  async news(): Promise<ReadEvent[]> {
    const { rows } = await this.client.query<EventRow & { key: Buffer | null; xmin: string }>(
      `SELECT e.*, e.xmin::text AS xmin, k.key FROM events e
       LEFT JOIN subject_keys k ON k.tenant_id = e.tenant_id AND k.subject_id = e.subject_id
       WHERE e.seq > $1 AND e.type NOT LIKE 'error.%' ORDER BY e.seq`,
      [this.mark],
    );
    this.mark = rows.at(-1)?.seq ?? this.mark;
    return rows.map(({ key, xmin, ...row }) => ({
      type: row.type,
      subject: `${row.subject_type} ${row.subject_id}`,
      group: row.group_id,
      data: row.data,
      personal: row.sealed && key ? openPersonal(key, row.id, row.sealed) : null,
      context: row.context,
      xmin,
      row,
    }));
  }

  async xmin(table: 'users' | 'groups' | 'entitlements', id: string): Promise<string | undefined> {
    const { rows } = await this.client.query<{ xmin: string }>(
      `SELECT xmin::text AS xmin FROM ${table} WHERE id = $1`,
      [id],
    );
    return rows[0]?.xmin;
  }

  /** Every row of every table as text; bytea shows as hexadecimal digits. */
  async everything(): Promise<string> {
    const { rows: tables } = await this.client.query<{ name: string }>(
      `SELECT quote_ident(table_name) AS name FROM information_schema.tables
       WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
    );
    const texts: string[] = [];
    for (const { name } of tables) {
      const { rows } = await this.client.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`);
      texts.push(name, ...rows.map((row) => row.text));
    }
    return texts.join('\n');
  }
}
