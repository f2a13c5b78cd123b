import type { Client } from 'pg';
import type { Statement, TenantDatabase } from '@provost/entities';

/**
 * The product's own statements on one connection, in the transaction that it has open: what is tampered with there is verified there, and
 * rolled back.
 */
export function onConnection(client: Client): TenantDatabase {
  const run = async (_scope: unknown, { name, text }: Statement, values: unknown[]) =>
    (await client.query({ name, text, values })).rows as unknown[];
  return { run, read: run, write: run } as unknown as TenantDatabase;
}
