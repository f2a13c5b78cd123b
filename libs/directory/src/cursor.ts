import { createHmac, timingSafeEqual } from 'node:crypto';
import { BadRequest, CURSOR_TIMEOUT_SECONDS } from '@provost/scim-protocol';
import type { Position } from './sort-sql';

/** What a cursor carries. It is no authorization: every page asks for the tenant's rows anew. */
interface Payload {
  k: string | null;
  i: string;
  c: number;
  n: number;
  t: number;
}
/** Where a walk by cursor stands. */
export interface CursorState {
  readonly position: Position;
  /** The page size that the walk began with. */
  readonly count: number;
  /** How many there were when it began. */
  readonly total: number;
}
const MAC = 16;

/** One text for forged, foreign and cut-off cursors (RFC 9865 §2.1, catalogue §4.1). */
const invalid = () =>
  new BadRequest('invalidCursor', 'The cursor is not one of this query. Start again without a cursor.');

/** Makes and reads the cursors of RFC 9865: opaque, URL-safe, signed for one query. */
export class Cursors {
  /** @param secret shared by all instances of the deployment */
  constructor(private readonly secret: Buffer) {}

  /** @param query identifies tenant, filter and order */
  encode(query: Buffer, { position, count, total }: CursorState): string {
    const payload: Payload = {
      k: position.key,
      i: position.id,
      c: count,
      n: total,
      t: Math.floor(Date.now() / 1000),
    };
    const body = Buffer.from(JSON.stringify(payload));
    return Buffer.concat([this.mac(query, body), body]).toString('base64url');
  }

  /** @throws BadRequest invalidCursor, expiredCursor */
  decode(query: Buffer, cursor: string): CursorState {
    const bytes = Buffer.from(cursor, 'base64url');
    const body = bytes.subarray(MAC);
    if (bytes.length <= MAC || !timingSafeEqual(bytes.subarray(0, MAC), this.mac(query, body))) throw invalid();
    const { k, i, c, n, t } = JSON.parse(body.toString()) as Payload;
    if (Date.now() / 1000 - t > CURSOR_TIMEOUT_SECONDS)
      throw new BadRequest('expiredCursor', 'The cursor has expired. Start again without a cursor.');
    return { position: { key: k, id: i }, count: c, total: n };
  }

  private mac(query: Buffer, body: Buffer): Buffer {
    return createHmac('sha256', this.secret).update(query).update(body).digest().subarray(0, MAC);
  }
}
