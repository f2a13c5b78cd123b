import { closeSync, mkdtempSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerLog } from './server-log';

describe('ServerLog', () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'provost-log-'))));
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('is cut when it is long, under the writer’s feet, and keeps the earlier part', () => {
    const log = new ServerLog(join(dir, 'log'), { uid: 0, gid: 0 }, 10);
    expect(log.size()).toBe(0);
    const fd = log.open();
    writeSync(fd, 'short\n');
    log.rotate();
    expect(log.size()).toBe(6);
    writeSync(fd, 'longer than ten\n');
    log.rotate();
    writeSync(fd, 'new\n');
    closeSync(fd);
    expect(readFileSync(log.path, 'utf8')).toBe('new\n');
    expect(readFileSync(`${log.path}.1`, 'utf8')).toBe('short\nlonger than ten\n');
    expect(statSync(log.path).mode & 0o777).toBe(0o600);
  });

  it('tells what came after', () => {
    const log = new ServerLog(join(dir, 'log'), { uid: 0, gid: 0 });
    const fd = log.open();
    writeSync(fd, 'before\n');
    const offset = log.size();
    writeSync(fd, 'after\n');
    closeSync(fd);
    expect(log.since(offset)).toBe('after\n');
    expect(log.since(1_000)).toBe('');
  });
});
