import { parsePostmasterPid } from './postmaster-pid';

describe('parsePostmasterPid', () => {
  const whole = '4313\n/proc/self/cwd\n1795460316\n5432\n.\n\n 16039948         4\nready   \n';
  it.each([
    ['a server that is up', whole, { pid: 4313, status: 'ready' }],
    ['one that is starting', whole.replace('ready   ', 'starting'), { pid: 4313, status: 'starting' }],
    ['one that has not written its state', '4313\n/data\n', { pid: 4313, status: '' }],
    ['a standalone backend', '-17\n/data\n', { pid: 17, status: '' }],
    ['an empty file', '', null],
    ['garbage', 'x\n', null],
  ])('reads %s', (_, text, expected) => expect(parsePostmasterPid(text)).toEqual(expected));
});
