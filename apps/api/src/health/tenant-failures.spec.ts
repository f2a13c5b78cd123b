import { type Failure, TenantFailures } from './tenant-failures';

const START = Date.parse('2026-11-28T08:00:00Z');
const context = { actor: { type: 'scim', id: 'c' }, request: { id: 'r' } };
const failure = (ms: number, kind = 'POST /scim/v2/Users 400'): Failure => ({
  ...{ at: new Date(START + ms), context, kind },
  event: { type: 'error.scim_request', subjectType: 'Tenant', subjectId: 't' },
});

it('tells failures one by one, then counts them, and tells the count once a minute', () => {
  const failures = new TenantFailures('t', START);
  for (let n = 0; n < 100; n++) failures.add(failure(n));
  const first = failures.take(START + 1_000);
  expect(first.map(({ event }) => event.type)).toEqual([
    ...Array<string>(30).fill('error.scim_request'),
    'error.scim_requests_omitted',
  ]);
  expect(first.at(-1)!.event.data).toEqual({
    since: new Date(START + 30),
    count: 70,
    requests: [{ request: 'POST /scim/v2/Users 400', count: 70 }],
  });
  for (let ms = 1_000; ms < 60_000; ms += 100) failures.add(failure(ms));
  // One more each ten seconds; the rest is told when a minute is over.
  expect(failures.take(START + 60_000)).toHaveLength(5);
  const [summary] = failures.take(START + 61_001);
  expect(summary!.event).toMatchObject({ type: 'error.scim_requests_omitted', data: { count: 585 } });
  expect(failures.take(START + 62_000)).toEqual([]);
});

it('counts what came too fast, and keeps few kinds apart', () => {
  const failures = new TenantFailures('t', START);
  for (let n = 0; n < 80; n++) failures.throttle(failure(n, `GET /${n} 429`));
  const [told] = failures.take(START + 100);
  expect(told!.event).toMatchObject({ type: 'sync.rate_limited', data: { count: 80 } });
  expect((told!.event.data as { requests: unknown[] }).requests).toHaveLength(51);
  failures.throttle(failure(200));
  expect(failures.take(START + 300)).toEqual([]);
  expect(failures.take(START + 300, true)).toHaveLength(1);
});

it('keeps what could not be written, and is forgotten when it is quiet', () => {
  const failures = new TenantFailures('t', START);
  failures.add(failure(0));
  const told = failures.take(START);
  failures.putBack(told);
  expect(failures.isIdle(START + 3_600_000)).toBe(false);
  expect(failures.take(START)).toEqual(told);
  expect(failures.isIdle(START + 60_000)).toBe(false);
  expect(failures.isIdle(START + 3_600_000)).toBe(true);
});
