import { Client, DatabaseError } from 'pg';

/** Whether the server at that URL answers a query in time. */
export async function answers(url: string, timeoutMs: number): Promise<boolean> {
  try {
    await withClient(url, timeoutMs, (client) => client.query('select 1'));
    return true;
  } catch {
    return false;
  }
}

/**
 * Connects to the application's database and creates it when it is missing: after the first start, and after a first start
 * that was killed in between.
 */
export async function ensureDatabase(url: string, maintenanceUrl: string, name: string): Promise<void> {
  try {
    await withClient(url, 60_000, (client) => client.query('select 1'));
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== INVALID_CATALOG_NAME) throw error;
    await withClient(maintenanceUrl, 60_000, (client) =>
      client.query(`create database ${client.escapeIdentifier(name)}`),
    );
  }
}

/** SQLSTATE "database does not exist". */
const INVALID_CATALOG_NAME = '3D000';

async function withClient<T>(url: string, timeoutMs: number, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: timeoutMs, query_timeout: timeoutMs });
  client.on('error', () => undefined); // a server that dies now is reported by the query or by its exit
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
