import type { TenantDatabase } from '@provost/entities';
import { BATCH } from './log-reader';
import { SharedLog } from './shared-log';

/** A log in memory, that counts how often it is read; `gate` holds back the answers. */
function fakeLog(count: number) {
  const rows: { seq: string; context: string; data: string | null }[] = [];
  const append = (n: number) => {
    for (let i = 0; i < n; i++)
      rows.push({
        seq: String(rows.length + 1),
        context: '{"by":"test"}',
        data: rows.length ? null : '{"first":true}',
      });
  };
  append(count);
  const log = { reads: [] as string[], gate: Promise.resolve(), append };
  const run = async (_scope: unknown, _statement: unknown, [position]: [string]) => {
    log.reads.push(position);
    const found = rows.slice(Number(position), Number(position) + BATCH);
    await log.gate;
    return found;
  };
  return { log, shared: new SharedLog({ run } as unknown as TenantDatabase) };
}
const seqs = ({ events }: { events: readonly { seq: string }[] }) => events.map(({ seq }) => Number(seq));

it('reads once for all who ask in one turn, and hands them the same rows', async () => {
  const { log, shared } = fakeLog(3);
  const [one, two] = await Promise.all([shared.after('0'), shared.after('0')]);
  expect(seqs(one)).toEqual([1, 2, 3]);
  expect(one.all && two.all).toBe(true);
  expect(two.events[0]).toBe(one.events[0]);
  expect(log.reads).toEqual(['0']);
});

it('keeps what was read for those who come later, and says that there may be more', async () => {
  const { log, shared } = fakeLog(3);
  const first = await shared.after('0');
  log.append(1);
  const later = await shared.after('1');
  expect(later.events).toEqual(first.events.slice(1));
  expect(later.all).toBe(false);
  expect(seqs(await shared.after('3'))).toEqual([4]);
  expect(seqs(await shared.after('2'))).toEqual([3, 4]);
  expect(log.reads).toEqual(['0', '3']);
});

it('does not answer that nothing is there from what was read before the question', async () => {
  const { log, shared } = fakeLog(0);
  let open: () => void = () => undefined;
  log.gate = new Promise((resolve) => (open = resolve));
  const early = shared.after('0');
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(log.reads).toEqual(['0']);
  log.append(1);
  const late = shared.after('0');
  open();
  expect(await early).toMatchObject({ events: [], all: true });
  expect(seqs(await late)).toEqual([1]);
});

it('lets whoever is far behind read for itself, without the others losing what is kept', async () => {
  const { log, shared } = fakeLog(BATCH * 8);
  const at = (n: number) => String(BATCH * n);
  for (let n = 0; n < 7; n++) expect((await shared.after(at(n))).events).toHaveLength(BATCH);
  log.reads.splice(0);
  expect(seqs(await shared.after('0'))[0]).toBe(1);
  expect((await shared.after(at(6))).events[0]!.seq).toBe(String(BATCH * 6 + 1));
  expect((await shared.after(at(2))).events).toHaveLength(BATCH);
  expect(log.reads).toEqual(['0']);
});

it('reads the JSON of an event when it is asked for, once', async () => {
  const { shared } = fakeLog(2);
  const {
    events: [first, second],
  } = await shared.after('0');
  expect(first!.context).toEqual({ by: 'test' });
  expect(first!.context).toBe(first!.context);
  expect(first!.data).toEqual({ first: true });
  expect(second!.data).toBeNull();
});

it('tells everybody who asked of a fault, and reads again after it', async () => {
  const { log, shared } = fakeLog(1);
  log.gate = Promise.reject(new Error('away'));
  log.gate.catch(() => undefined);
  const asked = await Promise.allSettled([shared.after('0'), shared.after('0')]);
  expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  log.gate = Promise.resolve();
  expect(seqs(await shared.after('0'))).toEqual([1]);
});
