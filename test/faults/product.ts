import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../support/free-port';
import { until } from '../support/until';
import { DIST } from './build';

export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process of the built product, as `npm start` runs it, with nothing in its environment but what the test says. */
export class Product {
  stdout = '';
  stderr = '';
  readonly startedAt = performance.now();
  readonly ended: Promise<End>;
  /** Milliseconds from the start of the process until it said that it is ready. */
  readyAfter: number | undefined;
  private readonly child: ChildProcess;

  private constructor(
    readonly port: number,
    environment: NodeJS.ProcessEnv,
  ) {
    this.child = spawn(process.execPath, [join(DIST, 'apps/api/src/main.js')], {
      env: { PATH: process.env.PATH, LOG_LEVEL: 'warn', PORT: String(port), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout!.on('data', (chunk: Buffer) => {
      this.stdout += chunk.toString();
      if (this.stdout.includes('Provost is ready')) this.readyAfter ??= performance.now() - this.startedAt;
    });
    this.child.stderr!.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    // 'close' comes when everything that was printed has been read, too.
    this.ended = new Promise((resolve) => this.child.once('close', (code, signal) => resolve({ code, signal })));
  }

  /** Starts it without waiting. */
  static async spawn(environment: NodeJS.ProcessEnv): Promise<Product> {
    return new Product(await freePort(), environment);
  }

  /** Starts it and waits until it is ready. @throws Error with what it printed when it ends instead */
  static async start(environment: NodeJS.ProcessEnv): Promise<Product> {
    const product = await Product.spawn(environment);
    await product.ready();
    return product;
  }

  /** @throws Error with what it printed when it ends instead, or takes too long */
  async ready(ms = 45_000): Promise<void> {
    await until('it is ready', () => this.readyAfter !== undefined || !this.isRunning, ms).catch(() => undefined);
    if (this.readyAfter === undefined) throw new Error(`It is not ready.\n${this.printed}`);
  }

  get printed(): string {
    return this.stdout + this.stderr;
  }

  get pid(): number {
    return this.child.pid!;
  }

  get root(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What the first start printed. */
  get tokens(): { scim: string; admin: string } | undefined {
    const scim = /SCIM token +(\S+)/.exec(this.stdout)?.[1];
    const admin = /Admin token +(\S+)/.exec(this.stdout)?.[1];
    return scim && admin ? { scim, admin } : undefined;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.isRunning) this.child.kill(signal);
  }

  /** Sends the signal and waits for the end. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<End> {
    this.signal(signal);
    return this.ended;
  }
}

/** The number of the postmaster of a data directory, 0 when there is none. */
export function postmasterPid(dataDir: string): number {
  const path = join(dataDir, 'postgres/postmaster.pid');
  return existsSync(path) ? Number(readFileSync(path, 'utf8').split('\n')[0]) : 0;
}

/** The processes of PostgreSQL that work in a data directory: each of them has it as its working directory. */
export function postgresProcesses(dataDir: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && workingDirectory(pid).startsWith(dataDir));
}

function workingDirectory(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}
