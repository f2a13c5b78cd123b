import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../support/free-port';
import { makeTestDirectory } from '../support/test-directory';
import { until } from '../support/until';

/** The first that carries prepared statements in transaction mode. */
const CARRYING = [1, 21] as const;
const NOBODY = 65_534;

/** A PgBouncer of this machine. */
export interface Installed {
  readonly version: string;
  /** Whether it can carry prepared statements, if it is told to. */
  readonly canCarryNames: boolean;
}

/** @returns undefined when there is none to test with */
export function installedPgBouncer(): Installed | undefined {
  try {
    const said = execFileSync('pgbouncer', ['--version'], { encoding: 'utf8' });
    const [, version = '', major, minor] = /PgBouncer ((\d+)\.(\d+)\S*)/.exec(said) ?? [];
    const newer = Number(major) - CARRYING[0] || Number(minor) - CARRYING[1];
    return { version, canCarryNames: newer >= 0 };
  } catch {
    return undefined;
  }
}

/** PgBouncer in transaction mode before the PostgreSQL of a URL. */
export class PgBouncer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly relay: Server | undefined,
    /** The same database, through the pooler. */
    readonly url: string,
  ) {}

  /**
   * @param databaseUrl that of a Unix socket (`?host=`) or of a host
   * @param settings of the section `[pgbouncer]`
   */
  static async start(databaseUrl: string, settings: Readonly<Record<string, string | number>>): Promise<PgBouncer> {
    const listen = await freePort();
    const dir = makeTestDirectory();
    const { user, password, host, port, database } = parts(databaseUrl);
    const relay = host.startsWith('/') ? await relayTo(join(host, `.s.PGSQL.${port}`)) : undefined;
    const [server, serverPort] = relay ? ['127.0.0.1', (relay.address() as AddressInfo).port] : [host, port];
    writeFileSync(join(dir, 'users.txt'), `"${user}" "${password}"\n`);
    writeFileSync(
      join(dir, 'pgbouncer.ini'),
      `[databases]
${database} = host=${server} port=${serverPort} user=${user}${password && ` password='${password}'`}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listen}
unix_socket_dir =
auth_type = any
auth_file = ${join(dir, 'users.txt')}
max_client_conn = 500
${Object.entries(settings)
  .map(([name, value]) => `${name} = ${value}`)
  .join('\n')}
`,
    );
    // It refuses to run as root.
    const account = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
    chmodSync(dir, 0o755);
    const child = spawn('pgbouncer', [join(dir, 'pgbouncer.ini')], { ...account, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await until('the pooler listens', () => child.exitCode !== null || accepts(listen));
    if (child.exitCode !== null) throw new Error(`PgBouncer ended.\n${said}`);
    return new PgBouncer(child, relay, `postgres://${user}@127.0.0.1:${listen}/${database}`);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('close', resolve));
    this.child.kill('SIGKILL');
    await ended;
    this.relay?.close();
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** Passes connections on to a Unix socket: that of an embedded database is for its owner and root alone. */
async function relayTo(socket: string): Promise<Server> {
  const relay = createServer((client) => {
    const server = connect(socket);
    client.pipe(server).pipe(client);
    for (const [end, other] of [
      [client, server],
      [server, client],
    ] as const)
      end.on('error', () => undefined).on('close', () => other.destroy());
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  return relay;
}

function parts(url: string): { user: string; password: string; host: string; port: string; database: string } {
  const [, user = 'provost', password = '', host, port, database, query] =
    /^postgres(?:ql)?:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^:/?]*)(?::(\d+))?\/([^?]*)(?:\?(.*))?$/.exec(url) ?? [];
  const options = new URLSearchParams(query);
  return {
    user: decodeURIComponent(user),
    password: decodeURIComponent(password),
    host: options.get('host') ?? (host || '127.0.0.1'),
    port: options.get('port') ?? port ?? '5432',
    database: database!,
  };
}
