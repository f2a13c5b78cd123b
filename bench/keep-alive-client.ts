import { connect, type Socket } from 'node:net';

export class Answer {
  constructor(
    readonly status: number,
    private readonly bytes: Buffer,
  ) {}

  /** Decoded only when it is asked for. */
  get body(): string {
    return this.bytes.toString();
  }
}

/** Where a server listens and what proves the right to call it. */
export interface Target {
  /** The server's process. */
  readonly pid: number;
  readonly port: number;
  /** What request paths are appended to: `/scim/v2`, or nothing. */
  readonly base: string;
  readonly token?: string;
}

/** A server answered what the measure did not ask for; its figures would mean nothing. */
export class UnexpectedAnswer extends Error {}

/**
 * One HTTP/1.1 connection with one request under way. A general client costs three times the processor time a request
 * (autocannon 28 µs, this 11 µs), and on few cores that time is taken from the server that is measured.
 */
export class KeepAliveClient {
  private readonly socket: Socket;
  private readonly head: string;
  private received: Buffer | undefined;
  private waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;
  private fault: Error | undefined;

  constructor({ port, token }: Target) {
    this.head =
      `host: localhost:${port}\r\nuser-agent: provost-bench\r\naccept: application/scim+json\r\n` +
      (token === undefined ? '' : `authorization: Bearer ${token}\r\n`);
    this.socket = connect(port, '127.0.0.1').setNoDelay(true);
    this.socket.on('data', (chunk: Buffer) => this.receive(chunk));
    this.socket.on('error', (error) => this.fail(error));
    this.socket.on('close', () => this.fail(new Error(`The server on port ${port} closed the connection.`)));
  }

  /** @throws Error when the connection breaks or the answer is in a form that is not read here (chunked) */
  request(method: string, path: string, body?: string): Promise<Answer> {
    const content =
      body === undefined
        ? '\r\n'
        : `content-type: application/scim+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
    return new Promise((resolve, reject) => {
      if (this.fault) return reject(this.fault);
      this.waiting = { resolve, reject };
      this.socket.write(`${method} ${path} HTTP/1.1\r\n${this.head}${content}`);
    });
  }

  /** @throws UnexpectedAnswer when the status is not 2xx */
  async succeed(method: string, path: string, body?: string): Promise<Answer> {
    const answer = await this.request(method, path, body);
    if (answer.status < 200 || answer.status > 299)
      throw new UnexpectedAnswer(`${method} ${path} was answered ${answer.status}: ${answer.body.slice(0, 300)}`);
    return answer;
  }

  close(): void {
    this.socket.destroy();
  }

  private receive(chunk: Buffer): void {
    const bytes = this.received ? Buffer.concat([this.received, chunk]) : chunk;
    this.received = bytes;
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = bytes.toString('latin1', 0, end);
    const status = Number(head.slice(9, 12));
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? (status === 204 ? '0' : undefined);
    if (length === undefined) return this.fail(new Error(`An answer without a length cannot be read here:\n${head}`));
    const from = end + 4;
    if (bytes.length < from + Number(length)) return;
    this.received = undefined;
    const waiting = this.waiting;
    this.waiting = undefined;
    waiting?.resolve(new Answer(status, bytes.subarray(from)));
  }

  private fail(error: Error): void {
    this.fault ??= error;
    this.waiting?.reject(error);
    this.waiting = undefined;
  }
}
