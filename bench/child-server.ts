import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';

/** A server process of the benchmark. */
export interface ChildServer {
  readonly pid: number;
  readonly port: number;
  /** What it wrote to stdout until it was ready. */
  readonly output: string;
  stop(): Promise<void>;
}

/**
 * Starts `node <args>` and waits until its stdout matches.
 * @throws Error with what it wrote, when it ends before
 */
export async function startNode(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  ready: RegExp,
): Promise<ChildServer> {
  const port = await freePort();
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, args, {
    env: { PATH, HOME, ...environment, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const output = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (ready.test(text)) resolve(text);
    });
    child.once('error', reject);
    void ended.then((code) => reject(new Error(`${args.at(-1)} ended with ${code} before it was ready. ${text}`)));
  });
  return { pid: child.pid!, port, output, stop: () => stop(child, ended) };
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await ended;
  clearTimeout(impatience);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
