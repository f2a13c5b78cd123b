import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json } from '../scim/scim-client';

export interface Received {
  readonly at: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: { readonly type: string; readonly timestamp: string; readonly data: Json };
}

type Answer = (received: Received, response: ServerResponse) => void;

/** An endpoint of the app on the loopback, which remembers what it was sent. It answers 204 until it is told otherwise. */
export class Receiver {
  readonly received: Received[] = [];
  answer: Answer = (_, response) => response.writeHead(204).end();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Receiver> {
    const server = createServer();
    const receiver = new Receiver(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const received = { at: Date.now(), headers: request.headers, text, body: JSON.parse(text) as Received['body'] };
        receiver.received.push(received);
        receiver.answer(received, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  /** What was sent about somebody, by type, in the order of arrival. */
  typesOf(userId: string): string[] {
    return this.about(userId).map(({ body }) => body.type);
  }

  about(userId: string): Received[] {
    return this.received.filter(({ body }) => (body.data.subject as Json | undefined)?.id === userId);
  }

  /** Answers so many requests with a status, then 204 again. */
  fail(times: number, status = 500, body = ''): void {
    let left = times;
    this.answer = (_, response) =>
      void (left-- > 0 ? response.writeHead(status).end(body) : response.writeHead(204).end());
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Whether a secret signed it, computed as the specification says. */
export function isSignedBy(secret: string, { headers, text }: Received): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const content = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${text}`;
  const signature = `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
  return String(headers['webhook-signature']).split(' ').includes(signature);
}
