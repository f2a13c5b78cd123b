import { fork } from 'node:child_process';
import { join } from 'node:path';
import { type Target, UnexpectedAnswer } from './keep-alive-client';
import type { Traffic } from './traffic';

export interface LoadJob {
  readonly target: Target;
  readonly traffic: Traffic;
  readonly connections: number;
  readonly seconds: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly perSecond: number;
}

/**
 * Sends the traffic over that many connections for that long, each sending its next request when it has its answer.
 * @throws UnexpectedAnswer when any answer was not 2xx or a connection broke
 */
export function load(job: LoadJob): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const child = fork(join(__dirname, 'load-process.js'), { execArgv: [] });
    child.once('message', ({ result, error }: { result?: LoadResult; error?: string }) => {
      if (result) resolve(result);
      else reject(new UnexpectedAnswer(error));
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The load generator ended with ${code} before it had a result.`)));
    child.send(job);
  });
}
