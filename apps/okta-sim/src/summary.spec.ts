import { Journal } from './journal';
import { Progress } from './progress';
import { failureReport, table } from './summary';
import { Answer } from './transport';

const answer = (ms: number, status = 200): Answer => ({ status, headers: {}, body: {}, text: '{}', ms, throttled: 0 });
const call = { method: 'GET', path: '/Users?filter=userName%20eq%20%22a%22' } as const;

describe('the summary', () => {
  it('counts what was asked, what failed and how long it took', () => {
    const journal = new Journal();
    for (let ms = 1; ms <= 100; ms++) journal.record('assign users', call, answer(ms), []);
    journal.record('assign users', call, answer(500, 500), ['the status should be 200']);
    const [headings, rule, row] = table(journal.entries.values()).split('\n');
    expect(headings).toMatch(/^step +requests +ok +failed +p50 ms +p95 ms +p99 ms/);
    expect(rule).toMatch(/^[- ]+$/);
    expect(row).toMatch(/^assign users +101 +100 +1 +51\.0 +96\.0 +100 /);
  });

  it('tells the first ten failures in sentences and how many more there are', () => {
    const journal = new Journal();
    for (let n = 0; n < 12; n++) journal.record('import', call, answer(1, 500), ['the status should be 200']);
    const text = failureReport(journal.failures, journal.failed);
    expect(text).toContain('import: GET /Users?filter=userName eq "a" answered 500: the status should be 200.');
    expect(text.match(/^ {2}- /gm)).toHaveLength(10);
    expect(text).toMatch(/^12 answers.*\n/);
    expect(text).toMatch(/… and 2 more\.$/);
  });
});

describe('the progress', () => {
  it('is a bar on a terminal and a line elsewhere', () => {
    const written: Record<'tty' | 'file', string> = { tty: '', file: '' };
    const terminal = new Progress({ isTTY: true, columns: 80, write: (text) => (written.tty += text) });
    const file = new Progress({ write: (text) => (written.file += text) });
    for (const progress of [terminal, file]) {
      progress.start('assign users', 4);
      progress.advance(2);
      progress.finish('ok, 4 done');
    }
    expect(written.tty).toContain('[························] assign users 0 of 4');
    expect(written.file).toMatch(/^✓ assign users: ok, 4 done \(\d+\.\d s\)\n$/);
  });
});
