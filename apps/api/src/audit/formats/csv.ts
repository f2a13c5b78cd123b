import type { ReadableEvent } from '@provost/audit-trail';
import { stringify } from 'csv-stringify/sync';
import type { TextFormat } from './text-format';

const CELLS = {
  sequence: ({ sequence }) => sequence,
  time: ({ time }) => time,
  category: ({ category }) => category,
  type: ({ type }) => type,
  outcome: ({ outcome }) => outcome,
  actor_type: ({ actor }) => actor.type,
  actor_id: ({ actor }) => actor.id,
  actor_name: ({ actor }) => actor.name,
  subject_type: ({ subject }) => subject?.type,
  subject_id: ({ subject }) => subject?.id,
  subject_name: ({ subject }) => subject?.name,
  group_id: ({ groupId }) => groupId,
  changes: ({ changes }) => (changes.length ? JSON.stringify(changes) : undefined),
  details: ({ details }) => (Object.keys(details).length ? JSON.stringify(details) : undefined),
  request_id: ({ request }) => request.id,
  ip: ({ request }) => request.ip,
  client: ({ request }) => request.client,
  erased: ({ erased }) => erased && 'true',
  id: ({ id }) => id,
} satisfies Record<string, (event: ReadableEvent) => string | number | null | undefined>;

const columns = Object.values(CELLS);

/**
 * What a spreadsheet could take for a formula: it begins with one of = + - @, full-width ones as well, perhaps behind blanks, or with a tab
 * or a line's end, which some cut off first (https://owasp.org/www-community/attacks/CSV_Injection).
 */
const FORMULA = /^(?:[\t\r\n]|[\s\p{Cc}\p{Cf}]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/u;

/** A cell that stays text wherever it is opened: an apostrophe goes before what could be a formula. */
export function inertCell(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** Lines end with CR LF; a cell that has either of them is quoted. */
const OPTIONS = { record_delimiter: 'windows', quoted_match: /[\r\n]/, cast: { string: inertCell } } as const;

/** Comma-separated values (RFC 4180), UTF-8, a header first. Changes and details are JSON in their cells. */
export const CSV: TextFormat = {
  type: 'text/csv; charset=utf-8',
  extension: 'csv',
  head: stringify([Object.keys(CELLS)], OPTIONS),
  text: (events) =>
    stringify(
      events.map((event) => columns.map((cell) => cell(event))),
      OPTIONS,
    ),
};
