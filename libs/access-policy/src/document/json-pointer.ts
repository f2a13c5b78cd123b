/** A JSON pointer with one more step (RFC 6901 §3). */
export function pointerTo(above: string, step: string | number): string {
  return `${above}/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
