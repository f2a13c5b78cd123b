import type { Settled } from './claim';

/** What some attempts say about an endpoint, apart from each delivery. */
export interface CircuitChange {
  readonly webhookId: string;
  /** Somebody was there to answer, at least once. */
  readonly answered: boolean;
  /** How many in a row found nobody able to answer, since then. */
  readonly failures: number;
  /** How long the endpoint asked to be left alone. */
  readonly retryAfterMs: number;
}

/** Too slow, not there, or not able: the next delivery would fare the same. A refusal (4xx) is about that one delivery. */
function isDown(status: number | undefined): boolean {
  return status === undefined || status >= 500 || status === 429 || status === 408;
}

/** One change for each endpoint. @param settled in the order in which they ended */
export function circuitChanges(settled: readonly Settled[]): CircuitChange[] {
  const changes = new Map<string, CircuitChange>();
  for (const { claim, attempt } of settled) {
    const webhookId = claim.webhook_id;
    const { answered = false, failures = 0, retryAfterMs = 0 } = changes.get(webhookId) ?? {};
    const down = isDown(attempt.status);
    changes.set(webhookId, {
      webhookId,
      answered: answered || !down,
      failures: down ? failures + 1 : 0,
      retryAfterMs: down ? Math.max(retryAfterMs, attempt.retryAfterMs ?? 0) : 0,
    });
  }
  return [...changes.values()];
}
