import { SetMetadata } from '@nestjs/common';

export const COSTS = 'provost:costs';
/** How many requests a body stands for. */
export type Cost = (body: unknown) => number;

/** Declares that a request to a route counts as several against the rate limit of its credential. */
export const Costs = (cost: Cost) => SetMetadata(COSTS, cost);

/** As many as a list in the body has elements, at least one. */
export const elementsOf =
  (name: string): Cost =>
  (body) => {
    const list: unknown = (body as Record<string, unknown> | null | undefined)?.[name];
    return Array.isArray(list) ? Math.max(1, list.length) : 1;
  };
