import type { EventRow } from '@provost/event-log';

interface Queries {
  query(sql: string, values?: unknown[]): Promise<unknown>;
}

/** Who handled which events when, by the one clock that all processes share. */
export const JOURNAL = `CREATE TABLE journal (id serial, consumer text, worker text, seqs bigint[],
  began timestamptz DEFAULT clock_timestamp(), ended timestamptz)`;

export interface JournalRow {
  worker: string;
  seqs: string[];
  began: Date;
  /** Null when the worker was killed meanwhile. */
  ended: Date | null;
}

/** A handler that writes the journal. */
export function journal(db: Queries, consumer: string, worker: string, work: () => Promise<unknown>) {
  return async (events: readonly EventRow[]): Promise<void> => {
    const rows = (await db.query(
      `INSERT INTO journal (consumer, worker, seqs) VALUES ($1, $2, $3::bigint[]) RETURNING id`,
      [consumer, worker, events.map((event) => event.seq)],
    )) as [{ id: number }];
    await work();
    await db.query(`UPDATE journal SET ended = clock_timestamp() WHERE id = $1`, [rows[0].id]);
  };
}

/** Pairs of batches of one consumer that were handled at the same time. */
export const OVERLAPS = `SELECT a.worker AS one, b.worker AS other, a.seqs FROM journal a JOIN journal b
  ON a.consumer = b.consumer AND a.id < b.id AND a.worker <> b.worker AND b.began < a.ended AND a.began < b.ended`;
