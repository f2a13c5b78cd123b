import { Conflict } from '@provost/scim-protocol';

const ATTEMPTS = 12;

/**
 * Tries again while `attempt` answers undefined, which means that somebody else changed the resource between our reading
 * and our writing. @throws Conflict when that happens a dozen times in a row
 */
export async function retryLostRace<T>(what: string, attempt: () => Promise<T | undefined>): Promise<T> {
  for (let i = 0; i < ATTEMPTS; i++) {
    const result = await attempt();
    if (result !== undefined) return result;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 4 * i));
  }
  throw new Conflict(`${what} is being changed by several requests at once. Try again in a moment.`);
}
