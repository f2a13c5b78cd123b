import { circuitChanges } from './circuit';
import type { Claim, Settled } from './claim';

const attempt = (status?: number, retryAfterMs?: number) => ({ at: new Date(), ms: 1, status, retryAfterMs });
const of = (webhook_id: string, status?: number, retryAfterMs?: number): Settled => ({
  claim: { webhook_id } as Claim,
  attempt: attempt(status, retryAfterMs),
});
const change = (...settled: Settled[]) => circuitChanges(settled);

it('counts what nobody was able to answer, for each endpoint', () => {
  expect(change(of('a'), of('b', 204), of('a', 503), of('a', 429))).toEqual([
    { webhookId: 'a', answered: false, failures: 3, retryAfterMs: 0 },
    { webhookId: 'b', answered: true, failures: 0, retryAfterMs: 0 },
  ]);
});

it('begins anew after an answer; a refusal of one delivery is one', () => {
  expect(change(of('a'), of('a', 200), of('a', 500))).toMatchObject([{ answered: true, failures: 1 }]);
  expect(change(of('a', 500), of('a', 400))).toMatchObject([{ answered: true, failures: 0 }]);
});

it('remembers the longest time that the endpoint asked for', () => {
  expect(change(of('a', 429, 2_000), of('a', 503, 1_000))).toMatchObject([{ failures: 2, retryAfterMs: 2_000 }]);
  expect(change(of('a', 429, 2_000), of('a', 200))).toMatchObject([{ failures: 0, retryAfterMs: 0 }]);
});
