import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error';
import { lockDataDir } from './lock';
import { processIdentity } from './process-identity';

describe('lockDataDir', () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'provost-lock-'))));
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('is held once and free after its release', () => {
    const lock = lockDataDir(dir);
    expect(() => lockDataDir(dir)).toThrow(EmbeddedPostgresError);
    lock.release();
    lockDataDir(dir).release();
    expect(() => lockDataDir(dir)).not.toThrow();
  });

  it('never reuses a number, and leaves one file behind', () => {
    for (const number of [1, 2, 3]) {
      lockDataDir(dir).release();
      expect(readdirSync(dir)).toEqual([`lock.${number}`]);
    }
  });

  it.each([
    ['a dead process', { pid: 2 ** 22 + 1, identity: 'gone' }],
    ['a process whose number went to another', { pid: process.pid, identity: 'an earlier one' }],
    ['nonsense', 'nonsense'],
  ])('is taken from %s', (_, holder) => {
    writeFileSync(join(dir, 'lock.7'), JSON.stringify(holder));
    lockDataDir(dir);
    expect(readdirSync(dir)).toEqual(['lock.8']);
    expect(JSON.parse(readFileSync(join(dir, 'lock.8'), 'utf8'))).toMatchObject({ pid: process.pid });
  });

  it('names the living holder', () => {
    writeFileSync(join(dir, 'lock.1'), JSON.stringify({ pid: process.ppid, identity: processIdentity(process.ppid) }));
    expect(() => lockDataDir(dir)).toThrow(new RegExp(`is in use: process ${process.ppid} runs its database`));
    expect(readdirSync(dir)).toEqual(['lock.1']);
  });

  it('sweeps what a process left that died before it had the lock', () => {
    writeFileSync(join(dir, `lock-draft.${2 ** 22 + 1}.x`), '');
    lockDataDir(dir);
    expect(readdirSync(dir)).toEqual(['lock.1']);
  });
});
