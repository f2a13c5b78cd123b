import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';

const CHANNEL = 'provost_events';
const RECONNECT_MS = [50, 250, 1_000] as const;
const CONNECT_MS = 5_000;
/** A busy writer tells the others no more often than that: at first, and at most while it stays busy. */
const SPACING_MS = [10, 80] as const;

/**
 * Wakes the consumers of every process when something was appended. NOTIFY takes a lock of the whole server until its
 * transaction ends, so it is not part of the write: it follows the commit, and many writes share one. If a process dies in
 * between, the consumers' polling finds the event.
 */
export class EventSignal {
  private readonly woken = new EventEmitter().setMaxListeners(0);
  private client: Client | undefined;
  private pending = false;
  private sending: Promise<void> | undefined;
  private reconnecting: Promise<void> | undefined;
  private readonly closing = new AbortController();
  private said: Promise<unknown> = Promise.resolve();

  /** @param url of the database itself: a pooler that lends its connections by the transaction passes no NOTIFY on */
  constructor(
    readonly url: string,
    private readonly fault: (error: Error) => void = () => undefined,
  ) {}

  /** Connects and listens; from then on it keeps itself connected. @throws pg's errors when this first time fails */
  async start(): Promise<void> {
    await this.connect();
  }

  /** Something was committed: wake this process now and the others with the next NOTIFY. */
  announce(): void {
    this.woken.emit('wake');
    this.pending = true;
    this.flush();
  }

  /** Calls `wake` on every announcement of any process. @returns how to stop it */
  onWake(wake: () => void): () => void {
    this.woken.on('wake', wake);
    return () => this.woken.off('wake', wake);
  }

  /** Tells every process that something it may hold in memory has changed; resolves when it was sent. */
  async tell(topic: string): Promise<void> {
    this.woken.emit(`topic ${topic}`);
    const { client } = this;
    if (client) await this.say(client, `SELECT pg_notify('${CHANNEL}', $1)`, [topic]).catch(this.fault);
  }

  /** Also called after a time without connection, in which a telling may have been missed. */
  onTopic(topic: string, listener: () => void): void {
    this.woken.on(`topic ${topic}`, listener);
  }

  /** Ends the connection, also one that is being made; afterwards nothing is sent or heard. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.reconnecting;
    const { client } = this;
    this.client = undefined;
    await client?.end().catch(() => undefined);
    await this.sending;
  }

  private async connect(): Promise<void> {
    const client = new Client({
      connectionString: this.url,
      application_name: 'provost signal',
      connectionTimeoutMillis: CONNECT_MS,
      // It only ever waits: a peer that vanished without a word would not be noticed otherwise.
      keepAlive: true,
    });
    let ended = false;
    const lost = () => {
      ended = true;
      if (this.client !== client) return;
      this.client = undefined;
      this.reconnecting ??= this.reconnect().finally(() => (this.reconnecting = undefined));
    };
    client.on('error', lost);
    client.on('end', lost);
    try {
      await client.connect();
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      client.on('notification', ({ processId, payload }) => {
        // This process has heard its own news already.
        if (processId !== rows[0]!.pid) this.woken.emit(payload ? `topic ${payload}` : 'wake');
      });
      await client.query(`LISTEN ${CHANNEL}`);
      if (ended) throw new Error('The connection ended at once.');
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    this.client = client;
    // What was said while nobody listened here is not known: everything may have happened.
    for (const news of this.woken.eventNames()) this.woken.emit(news);
    this.flush();
  }

  private async reconnect(): Promise<void> {
    const { signal } = this.closing;
    for (let failures = 0; !signal.aborted; failures++) {
      const wait = RECONNECT_MS[Math.min(failures, RECONNECT_MS.length - 1)];
      await delay(wait, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        return await this.connect();
      } catch (error) {
        // A database that is away for long is worth one line, not one a second.
        if (failures === 0) this.fault(error as Error);
      }
    }
  }

  private flush(): void {
    if (this.pending && this.client) this.sending ??= this.send().finally(() => (this.sending = undefined));
  }

  private async send(): Promise<void> {
    let spacing: number = SPACING_MS[0];
    for (let client = this.client; this.pending && client; client = this.client) {
      this.pending = false;
      await this.say(client, `NOTIFY ${CHANNEL}`).catch((error: Error) => {
        // Lost with its connection: the next one sends it again.
        if (this.client !== client) this.pending = true;
        else this.fault(error);
      });
      await delay(spacing);
      spacing = Math.min(spacing * 2, SPACING_MS[1]);
    }
  }

  /** One after the other: pg will not queue the statements of a connection for us any more (pg 9). */
  private say(client: Client, text: string, values: unknown[] = []): Promise<unknown> {
    const saying = this.said.then(() => client.query(text, values));
    this.said = saying.catch(() => undefined);
    return saying;
  }
}
