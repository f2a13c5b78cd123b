import { Problem, problem } from '../http';

const ATTEMPTS = 3;

/**
 * Runs a transaction until it comes to an end: it answers undefined when somebody else made or removed the row between
 * its two looks at it. What it refuses it answers as a Problem, which is thrown here: thrown inside, it would cost the
 * transaction its connection.
 * @throws Problem as answered; 409 when the race was lost several times in a row
 */
export async function settle<T>(attempt: () => Promise<T | Problem | undefined>): Promise<T> {
  for (let i = 0; i < ATTEMPTS; i++) {
    const result = await attempt();
    if (result instanceof Problem) throw result;
    if (result !== undefined) return result;
  }
  throw problem(409, 'Several requests change this at once. Send the request again in a moment.');
}

/** The answer to the removal of something that other things are in. */
export function stillHolds(what: string, { projects, content }: { projects?: number; content: number }): Problem {
  const counts = [projects && counted(projects, 'project', 'projects'), content && counted(content, 'piece', 'pieces')];
  const held = counts
    .filter(Boolean)
    .join(' and ')
    .replace(/(pieces?)$/, '$1 of content');
  return problem(409, `The ${what} still holds ${held}. Move or remove them first.`);
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
