import { EventEmitter } from 'node:events';
import { Client } from 'pg';

const CHANNEL = 'provost_events';
const RECONNECT_MS = 1_000;
/** The first write of a quiet system is told at once; a busy one shares a NOTIFY among the writes of this long. */
const SHARE_MS = 10;

/**
 * Wakes the consumers of every process when something was appended. NOTIFY takes a lock of the whole server until its
 * transaction ends, so it is not part of the write: it follows the commit, and many writes share one. If a process dies in
 * between, the consumers' polling finds the event.
 */
export class EventSignal {
  private readonly woken = new EventEmitter().setMaxListeners(0);
  private client: Client | undefined;
  private pending = false;
  private sending = false;
  private closed = false;

  constructor(
    private readonly url: string,
    private readonly fault: (error: Error) => void = () => undefined,
  ) {}

  /** Connects and listens; keeps trying in the background when the database goes away. */
  async start(): Promise<void> {
    const client = new Client({ connectionString: this.url, application_name: 'provost signal' });
    const again = () => {
      if (this.client !== client) return;
      this.client = undefined;
      if (!this.closed) setTimeout(() => void this.restart(), RECONNECT_MS).unref();
    };
    client.on('error', again);
    client.on('end', again);
    client.on('notification', ({ payload }) => this.woken.emit(payload ? `topic ${payload}` : 'wake'));
    await client.connect();
    await client.query(`LISTEN ${CHANNEL}`);
    this.client = client;
    this.woken.emit('wake');
  }

  /** Something was committed: wake this process now and the others with the next NOTIFY. */
  announce(): void {
    this.pending = true;
    if (!this.sending) void this.send();
  }

  /** Calls `wake` on every announcement of any process. @returns how to stop it */
  onWake(wake: () => void): () => void {
    this.woken.on('wake', wake);
    return () => this.woken.off('wake', wake);
  }

  /** Tells every process that something it may hold in memory has changed; resolves when it was sent. */
  async tell(topic: string): Promise<void> {
    this.woken.emit(`topic ${topic}`);
    await this.client?.query(`SELECT pg_notify('${CHANNEL}', $1)`, [topic]).catch(this.fault);
  }

  onTopic(topic: string, listener: () => void): void {
    this.woken.on(`topic ${topic}`, listener);
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.client?.end().catch(() => undefined);
  }

  private async send(): Promise<void> {
    this.sending = true;
    while (this.pending && this.client) {
      this.pending = false;
      await this.client.query(`NOTIFY ${CHANNEL}`).catch(this.fault);
      await new Promise((resolve) => setTimeout(resolve, SHARE_MS));
    }
    this.sending = false;
  }

  private async restart(): Promise<void> {
    if (this.closed) return;
    await this.start().catch((error: Error) => {
      this.fault(error);
      setTimeout(() => void this.restart(), RECONNECT_MS).unref();
    });
  }
}
