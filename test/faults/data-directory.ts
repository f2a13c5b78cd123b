import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@provost/embedded-postgres';
import { makeTestDirectory } from '../support/test-directory';
import { postgresProcesses } from './product';

/** Data directories for one spec file: initdb takes longer than most of what is tested, so one is made and copied. */
export class DataDirectories {
  readonly root = makeTestDirectory();
  private readonly made: string[] = [];

  /** Where one may be made. */
  fresh(): string {
    const dataDir = join(this.root, `${this.made.length}`);
    this.made.push(dataDir);
    return dataDir;
  }

  /** A copy of one that is not in use, as a restored backup is. */
  copy(of: string): string {
    const dataDir = this.fresh();
    mkdirSync(dataDir);
    execFileSync('cp', ['-R', join(of, 'postgres'), dataDir]);
    return dataDir;
  }

  /** One with an empty database, before any first start. */
  async empty(): Promise<string> {
    const dataDir = this.fresh();
    await (await startEmbeddedPostgres({ dataDir, durable: false })).stop();
    return dataDir;
  }

  /** Removes all of them; ends the databases that a failed test left without their server. */
  async remove(): Promise<void> {
    for (const dataDir of this.made)
      if (postgresProcesses(dataDir).length) await (await startEmbeddedPostgres({ dataDir })).stop();
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
