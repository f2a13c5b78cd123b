/** One line of the result. */
export interface Row {
  readonly measure: string;
  /** A ratio, or what `unit` says. */
  readonly value: number;
  readonly unit?: 'x' | 's' | ' ms' | '/s' | '';
  /** What both sides did, in words and figures. */
  readonly absolute: string;
  readonly atLeast?: number;
  readonly aim?: number;
  /** Of times and growth less is better; of rates more. */
  readonly better: 'more' | 'less';
}

const HEADINGS = ['measure', 'ratio', 'at least', 'aim', '', 'absolute'];

/** Whether the row reaches what was asked: its aim, at least the least, or not even that; empty where nothing was. */
export function verdict({ value, atLeast, aim, better }: Row): string {
  const reaches = (mark: number) => (better === 'more' ? value >= mark : value <= mark);
  if (atLeast === undefined) return '';
  if (!reaches(atLeast)) return 'below';
  return aim !== undefined && reaches(aim) ? 'ok, aim' : 'ok';
}

/** The rows as a table of plain text. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => {
    const mark = (value: number | undefined) => (value === undefined ? '' : `${SIGN[row.better]}${value}`);
    const value = `${row.value.toFixed(row.value >= 10 ? 1 : 2)}${row.unit ?? 'x'}`;
    return [row.measure, value, mark(row.atLeast), mark(row.aim), verdict(row), row.absolute];
  });
  const lines = [HEADINGS, ...cells];
  const widths = HEADINGS.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  const print = (line: readonly string[]) =>
    line
      .map((cell, i) => (i === 0 || i > 3 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd();
  return `${[print(HEADINGS), widths.map((w) => '-'.repeat(w)).join('  '), ...cells.map(print)].join('\n')}\n`;
}

const SIGN = { more: '≥ ', less: '≤ ' };
