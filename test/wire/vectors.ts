import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the vectors lie: one JSON object a line, a file a speaker. */
const FILES = ['okta', 'entra', 'rfc', 'newer'] as const;

/** What is expected of an answer. */
export interface Expectation {
  /** The statuses that are right; when missing, any success that fits the method. */
  readonly s?: readonly number[];
  /** Headers by name; prose is judged by a hand-written assertion. */
  readonly h?: Readonly<Record<string, string>>;
  /** Facts of the body; prose is judged by a hand-written assertion. */
  readonly b?: unknown;
  /** The state afterwards, in prose: always judged by a hand-written assertion. */
  readonly post?: string;
}

/** One exchange as Okta, Entra or the RFCs have it. */
export interface WireVector {
  readonly id: string;
  /** How sure it is: D vendor's documentation, S standard, L observed live, T third party, U unverified. */
  readonly c: 'D' | 'S' | 'L' | 'T' | 'U';
  /** The request line, its path relative to the SCIM base URL. */
  readonly q?: string;
  /** Request headers that matter. */
  readonly h?: Readonly<Record<string, string>>;
  /** The request's body; a text is sent as it is. */
  readonly b?: unknown;
  readonly x?: Expectation;
  /** The body's schemas are abbreviated: CORE, ENT. */
  readonly abbr?: boolean;
  readonly n?: string;
  readonly src: string;
}

/**
 * Every vector, in the order of the files. Throws when a line is no JSON, has no id, or repeats one:
 * a vector that gets lost would be a test that passes by not being there.
 */
export function loadVectors(): WireVector[] {
  const vectors = FILES.flatMap((name) =>
    readFileSync(join(__dirname, 'vectors', `${name}.jsonl`), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as WireVector),
  );
  const ids = new Set<string>();
  for (const { id } of vectors) {
    if (!id || ids.has(id)) throw new Error(`A wire vector has no id of its own: ${id}`);
    ids.add(id);
  }
  return vectors;
}
