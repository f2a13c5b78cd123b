import { setTimeout as delay } from 'node:timers/promises';
import { progress } from './progress';

/** One of the things that are compared: a round of it gives a figure. */
export interface Side {
  readonly name: string;
  readonly round: (seconds: number) => Promise<number>;
}

/** Until the hot paths are compiled; that takes the longer the busier the machine is. */
const WARM_UP_SECONDS = 6;
/** What a round leaves behind (events that are followed up, pages to write) shall not fall into the next one. */
const SETTLE_MS = 200;

/**
 * Runs the sides in turn, A B A B …, so that a machine that grows slower or busier in between hurts them alike.
 * @returns for each side its figures in the order of the rounds
 */
export async function alternate(sides: readonly Side[], rounds: number, seconds: number): Promise<number[][]> {
  for (const side of sides) await side.round(Math.min(WARM_UP_SECONDS, 2 * seconds));
  const figures: number[][] = sides.map(() => []);
  for (let round = 1; round <= rounds; round++)
    for (const [i, side] of sides.entries()) {
      await delay(SETTLE_MS);
      const figure = await side.round(seconds);
      figures[i]!.push(figure);
      progress(`  round ${round} of ${rounds}: ${side.name} ${figure.toFixed(figure < 100 ? 2 : 0)}`);
    }
  return figures;
}

/** @throws RangeError for no figures */
export function median(figures: readonly number[]): number {
  if (!figures.length) throw new RangeError('There is no median of nothing.');
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The median of the ratios of rounds that stood next to each other. */
export function medianRatio(of: readonly number[], over: readonly number[]): number {
  return median(of.map((figure, i) => figure / over[i]!));
}
