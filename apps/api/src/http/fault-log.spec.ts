import { pino } from 'pino';
import { FaultLog } from './fault-log';

function logged(report: (log: FaultLog) => void): Record<string, unknown> {
  const lines: string[] = [];
  report(new FaultLog(pino({ level: 'debug', base: null }, { write: (line: string) => lines.push(line) })));
  return JSON.parse(lines[0]!) as Record<string, unknown>;
}

it('says what failed, not what was in the statement', () => {
  const cause = Object.assign(new Error('relation does not exist'), {
    parameters: ['ava@corp.example'],
    code: '42P01',
  });
  const error = Object.assign(new TypeError('It failed.', { cause }), {
    query: 'SELECT …',
    parameters: ['s3cret'],
    detail: 'Key (user_name)=(ava@corp.example)',
  });
  const line = logged((log) => log.error('GET /x failed.', error));
  expect(line).toMatchObject({
    level: 50,
    msg: 'GET /x failed.',
    error: {
      type: 'TypeError',
      message: 'It failed.',
      stack: expect.stringContaining('It failed.'),
      cause: { code: '42P01' },
    },
  });
  expect(JSON.stringify(line)).not.toMatch(/s3cret|ava@corp/);
});

it('takes what is no error as it is', () => {
  expect(logged((log) => log.warn('Odd.', 'text'))).toMatchObject({ level: 40, msg: 'Odd.', error: 'text' });
});
