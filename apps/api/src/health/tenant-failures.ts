import type { EventContext, NewEvent } from '@provost/event-log';

/** A client that is broken altogether shall not fill the log: so many in a row are told one by one, then so few. */
const BURST = 30;
const ONE_MORE_EACH_MS = 10_000;
/** What is only counted is told so often. */
const SUMMARY_MS = 60_000;
const MOST_KINDS = 50;

/** A request that was refused or failed, as its event says it. */
export interface Failure {
  readonly at: Date;
  readonly context: EventContext;
  readonly event: NewEvent;
  /** What is the same of many: method, route and status. */
  readonly kind: string;
}
/** An event that is to be written. */
export interface Told {
  readonly at: Date;
  readonly context: EventContext;
  readonly event: NewEvent;
}

interface Counted {
  readonly kinds: Map<string, number>;
  since: Date | undefined;
  context: EventContext | undefined;
  /** When a summary was told last. */
  told: number;
}

const counted = (): Counted => ({ kinds: new Map(), since: undefined, context: undefined, told: 0 });

/** The failures of one tenant that are not written yet: some as they were, the rest as a count. */
export class TenantFailures {
  private tokens = BURST;
  private refilled: number;
  private waiting: Told[] = [];
  private readonly omitted = counted();
  private readonly throttled = counted();

  constructor(
    private readonly tenantId: string,
    now: number,
  ) {
    this.refilled = now;
  }

  add({ at, context, event, kind }: Failure): void {
    const earned = Math.floor((at.getTime() - this.refilled) / ONE_MORE_EACH_MS);
    if (earned > 0) {
      this.tokens = Math.min(BURST, this.tokens + earned);
      this.refilled += earned * ONE_MORE_EACH_MS;
    }
    if (this.tokens > 0) {
      this.tokens--;
      this.waiting.push({ at, context, event });
    } else count(this.omitted, kind, at, context);
  }

  /** One that came too fast: its client sends it again, so that only how many there were is told. */
  throttle({ at, context, kind }: Failure): void {
    count(this.throttled, kind, at, context);
  }

  /** Takes what is to be written now. @param all also what would be told later */
  take(now: number, all = false): Told[] {
    const told = this.waiting;
    this.waiting = [];
    const summaries = [
      ['error.scim_requests_omitted', this.omitted],
      ['sync.rate_limited', this.throttled],
    ] as const;
    for (const [type, counts] of summaries) {
      if (!counts.since || (!all && now - counts.told < SUMMARY_MS)) continue;
      const requests = [...counts.kinds].map(([kind, number]) => ({ request: kind, count: number }));
      const data = { since: counts.since, count: requests.reduce((sum, one) => sum + one.count, 0), requests };
      const event = { type, subjectType: 'Tenant', subjectId: this.tenantId, data };
      told.push({ at: new Date(now), context: counts.context!, event });
      counts.kinds.clear();
      counts.since = undefined;
      counts.told = now;
    }
    return told;
  }

  /** What could not be written comes first the next time; there are no more of it than the burst and the summaries. */
  putBack(told: readonly Told[]): void {
    this.waiting = [...told, ...this.waiting].slice(0, 2 * BURST);
  }

  /** Nothing more would be known of it if it were forgotten. */
  isIdle(now: number): boolean {
    const quiet = (counts: Counted) => !counts.since && now - counts.told > SUMMARY_MS;
    const full = now - this.refilled > BURST * ONE_MORE_EACH_MS;
    return full && !this.waiting.length && quiet(this.omitted) && quiet(this.throttled);
  }
}

function count(counts: Counted, kind: string, at: Date, context: EventContext): void {
  counts.since ??= at;
  // As whoever came last has it: who it is and from where.
  counts.context = context;
  const known = counts.kinds.has(kind) || counts.kinds.size < MOST_KINDS ? kind : 'other';
  counts.kinds.set(known, (counts.kinds.get(known) ?? 0) + 1);
}
