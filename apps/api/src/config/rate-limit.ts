import { ValidateBy } from 'class-validator';
import { parseDuration } from '@provost/access-policy';

/** How many requests in how long. */
export interface RateLimit {
  readonly requests: number;
  readonly windowMs: number;
}

const MOST_REQUESTS = 1_000_000_000;
const LONGEST_WINDOW_MS = 86_400_000;
export const RATE_WINDOW_FORMS = 'must be a duration from a second to a day, such as PT1M or 1_hour';

/** Reads the window of a rate limit. @returns milliseconds; undefined when it is none from a second to a day */
export function rateWindow(text: string): number | undefined {
  const duration = parseDuration(text);
  if (!duration || duration.months) return undefined;
  const { milliseconds } = duration;
  return milliseconds >= 1_000 && milliseconds <= LONGEST_WINDOW_MS ? milliseconds : undefined;
}

/** Reads RATE_LIMIT, such as `1500/PT1M`. @returns undefined when it is none */
export function rateLimitOf(text: string): RateLimit | undefined {
  const [, requests, window] = /^(\d{1,10})\/(\S+)$/.exec(text) ?? [];
  const windowMs = window === undefined ? undefined : rateWindow(window);
  if (windowMs === undefined || !isRequestCount(Number(requests))) return undefined;
  return { requests: Number(requests), windowMs };
}

function isRequestCount(count: number): boolean {
  return count >= 1 && count <= MOST_REQUESTS;
}

export function IsRateLimit(): PropertyDecorator {
  const what = 'requests and a duration from a second to a day, such as 1500/PT1M';
  return ValidateBy({
    name: 'rateLimit',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && rateLimitOf(value) !== undefined,
      defaultMessage: () => what,
    },
  });
}
