const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,12}))?(?:Z|([+-])(\d\d):(\d\d))?$/;

/**
 * Reads an xsd:dateTime (RFC 7643 §2.3.5): date and time are both there, the day exists, the offset is at most 14 hours.
 * Without an offset it is taken as UTC, so that no server's own time zone decides.
 * @returns milliseconds since 1970 UTC, or undefined when the text is none
 */
export function parseDateTime(text: string): number | undefined {
  const m = DATE_TIME.exec(text);
  if (!m) return undefined;
  const [year, month, day, hour, minute, second] = [m[1], m[2], m[3], m[4], m[5], m[6]].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (year === 0 || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const offset = m[8] ? Number(m[9]) * 60 + Number(m[10]) : 0;
  if (offset > 14 * 60 || Number(m[10] ?? 0) > 59) return undefined;
  const milliseconds = m[7] ? Number(m[7].padEnd(3, '0').slice(0, 3)) : 0;
  const local = date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 + milliseconds;
  return local - (m[8] === '-' ? -offset : offset) * 60_000;
}
