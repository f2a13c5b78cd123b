import { transformFileSync } from '@swc/core';
import { ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = resolve(__dirname, '../..');
const OWNER = 'test/support/embedded-postgres-owner.ts';

interface Message {
  url?: string;
  error?: string;
  kind?: string;
  log?: string;
}

/** A process of its own that started (or tried to start) an embedded PostgreSQL. */
export interface Owner {
  pid: number;
  /** Its first message that is no log line. */
  answer: Message;
  logs: string[];
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/**
 * A program in a directory of its own, as a user would have it checked out there: Node cannot run our TypeScript, and the
 * processes that are to be killed must not be Jest's.
 */
export function checkOut(dir: string): string {
  const swc = JSON.parse(readFileSync(join(ROOT, '.swcrc'), 'utf8')) as { jsc: object };
  const { compilerOptions } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8')) as {
    compilerOptions: { paths: Record<string, string[]> };
  };
  const options = {
    swcrc: false,
    ...swc,
    $schema: undefined,
    sourceMaps: false,
    jsc: { ...swc.jsc, baseUrl: ROOT, paths: compilerOptions.paths },
  };
  const library = 'libs/embedded-postgres/src';
  const sources = readdirSync(join(ROOT, library)).filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'));
  for (const source of [OWNER, ...sources.map((name) => join(library, name))]) {
    const target = join(dir, source.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, transformFileSync(join(ROOT, source), options).code);
  }
  if (!existsSync(join(dir, 'node_modules'))) symlinkSync(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
  chmodSync(dir, 0o755);
  return dir;
}

/** Starts it without waiting for an answer. */
export function spawnOwner(checkout: string, dataDir: string, account?: { uid: number; gid: number }): ChildProcess {
  const script = join(checkout, OWNER.replace(/\.ts$/, '.js'));
  return spawn(process.execPath, [script, dataDir], { ...account, cwd: '/', stdio: ['pipe', 'pipe', 'inherit'] });
}

export async function startOwner(
  checkout: string,
  dataDir: string,
  account?: { uid: number; gid: number },
): Promise<Owner> {
  const child = spawnOwner(checkout, dataDir, account);
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  const logs: string[] = [];
  const answer = await new Promise<Message>((done, fail) => {
    child.once('error', fail);
    createInterface({ input: child.stdout ?? process.stdin }).on('line', (line) => {
      const message = JSON.parse(line) as Message;
      if (message.log) logs.push(message.log);
      else done(message);
    });
    void ended.then(() => fail(new Error('it ended without a word')));
  });
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
  };
  return { pid: child.pid ?? 0, answer, logs, end };
}
