import { Agent, createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the proxy was told to pass requests to, and over which connections. */
interface Target {
  readonly port: number;
  readonly agent: Agent;
}

/**
 * A proxy as there is one before any two processes: it passes each request to the next of them, keeps its connections, and
 * goes on to the next process when one cannot have got the request: the connection was refused, or it was an old one
 * that had been closed meanwhile. Nothing else is tried twice, as in nginx.
 */
export class RoundRobinProxy {
  private targets: Target[] = [];
  private next = 0;
  /** How many requests each port has answered. */
  readonly answered = new Map<number, number>();

  private constructor(
    private readonly server: Server,
    private readonly prefix: string,
  ) {}

  /** @param prefix of the addresses that it serves, which it takes away; others are 404 */
  static async start(prefix = ''): Promise<RoundRobinProxy> {
    const server = createServer({ keepAliveTimeout: 60_000 });
    const proxy = new RoundRobinProxy(server, prefix);
    server.on('request', (incoming, outgoing) => proxy.accept(incoming, outgoing));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get root(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${this.prefix}`;
  }

  /** From now on it passes requests to these ports, the first of them first. */
  to(...ports: readonly number[]): void {
    const known = new Map(this.targets.map((target) => [target.port, target]));
    this.targets = ports.map((port) => known.get(port) ?? { port, agent: new Agent({ keepAlive: true }) });
    this.next = 0;
  }

  async stop(): Promise<void> {
    for (const { agent } of this.targets) agent.destroy();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(incoming: IncomingMessage, outgoing: ServerResponse): void {
    if (!incoming.url!.startsWith(this.prefix)) return void outgoing.writeHead(404).end();
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const first = this.next++ % this.targets.length;
      const order = [...this.targets.slice(first), ...this.targets.slice(0, first)];
      this.pass(incoming, Buffer.concat(chunks), outgoing, order);
    });
  }

  private pass(
    incoming: IncomingMessage,
    body: Buffer,
    outgoing: ServerResponse,
    [target, ...others]: readonly Target[],
  ): void {
    const { port, agent } = target!;
    const { method, headers } = incoming;
    const path = incoming.url!.slice(this.prefix.length) || '/';
    const forwarded = { ...headers, 'x-forwarded-for': '203.0.113.9', connection: 'keep-alive' };
    const passed = request({ host: '127.0.0.1', port, agent, method, path, headers: forwarded }, (answer) => {
      this.answered.set(port, (this.answered.get(port) ?? 0) + 1);
      outgoing.writeHead(answer.statusCode!, {
        ...answer.headers,
        connection: 'keep-alive',
        'x-answered-by': `${port}`,
      });
      answer.pipe(outgoing);
      answer.on('error', () => outgoing.destroy());
    });
    passed.on('error', (error: NodeJS.ErrnoException) => {
      if (outgoing.headersSent) return void outgoing.destroy();
      const neverArrived = error.code === 'ECONNREFUSED' || (passed.reusedSocket && error.code === 'ECONNRESET');
      if (neverArrived && others.length) return this.pass(incoming, body, outgoing, others);
      outgoing
        .writeHead(502, { 'content-type': 'text/plain' })
        .end(`${method} ${path}: ${error.code ?? error.message}`);
    });
    passed.end(body);
  }
}
