import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';

/** The receivers of webhooks: some answer at once, and note how long a message took; a dead one takes what comes and never answers. */
export class Receivers {
  private readonly servers: { close(): void }[] = [];
  /** Milliseconds from the event to its arrival, of those that answer. */
  delays: number[] = [];

  async alive(): Promise<string> {
    const server: Server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { timestamp } = JSON.parse(Buffer.concat(chunks).toString()) as { timestamp: string };
        this.delays.push(Date.now() - Date.parse(timestamp));
        response.end();
      });
    });
    return this.listening(server);
  }

  dead(): Promise<string> {
    return this.listening(createTcpServer((socket) => socket.on('error', () => undefined).resume()));
  }

  stop(): void {
    for (const server of this.servers) server.close();
  }

  private listening(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
    this.servers.push({
      close: () => {
        server.close();
        if ('closeAllConnections' in server) server.closeAllConnections();
      },
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => {
        server.unref();
        resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`);
      });
    });
  }
}
