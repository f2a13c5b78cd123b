import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { isListed, parseProcStat, processIdentity } from './process-identity';

describe('processIdentity', () => {
  it('stays the same for a process and differs between two', async () => {
    const other = spawn('sleep', ['30']);
    await once(other, 'spawn');
    const pid = other.pid ?? 0;
    try {
      const identity = processIdentity(pid);
      expect(identity).not.toBeNull();
      expect(processIdentity(pid)).toBe(identity);
      expect(processIdentity(process.pid)).not.toBe(identity);
    } finally {
      other.kill();
      await once(other, 'exit');
    }
    expect(processIdentity(pid)).toBeNull();
    expect(isListed(pid)).toBe(false);
  });

  it('sees that another user’s process is there', () => expect(isListed(1)).toBe(true));
});

describe('parseProcStat', () => {
  const tail = '1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4711 999 1';
  it.each([
    ['12 (node) S ' + tail, { state: 'S', startTicks: '4711' }],
    ['12 (a ) R (b) Z ' + tail, { state: 'Z', startTicks: '4711' }],
    ['12 (node)', null],
    ['', null],
  ])('%s', (stat, expected) => expect(parseProcStat(stat)).toEqual(expected));
});
