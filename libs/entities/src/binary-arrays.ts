/** ndim, whether there are nulls, element type, length, lower bound: a one-dimensional array before its elements. */
const HEADER = 20;
const NULL = -1;

/** What PostgreSQL calls the types of elements (pg_type.oid; they never change). */
const OID = { boolean: 16, bytea: 17, bigint: 20, text: 25, json: 114, timestamptz: 1184, uuid: 2950 } as const;
/** PostgreSQL counts time from the year 2000, in microseconds. */
const EPOCH = Date.UTC(2000, 0, 1);

/**
 * Arrays in the form that PostgreSQL sends and takes without parsing (array_recv): as text, each element would be escaped here and
 * parsed there, which costs more than what is then done with a short one. pg sends a Buffer as a binary parameter; the
 * statement must say the parameter's type exactly, e.g. `$1::text[]`.
 */
export const binaryArrays = {
  /** @param values text that goes as it is, in UTF-8 */
  text: (values: readonly (string | null)[]): Buffer => texts(OID.text, values),
  /** @param values JSON as text; PostgreSQL checks it */
  json: (values: readonly (string | null)[]): Buffer => texts(OID.json, values),

  bytea(values: readonly (Buffer | null)[]): Buffer {
    const sizes = values.map((value) => value?.length ?? NULL);
    return filled(OID.bytea, sizes, (bytes, at, i) => values[i]!.copy(bytes, at));
  },

  /** @param values in the usual form of 36 characters @throws TypeError when one is not that long */
  uuid(values: readonly (string | null)[]): Buffer {
    return filled(OID.uuid, fixed(values, 16), (bytes, at, i) => writeUuid(bytes, at, values[i]!));
  },

  bigint(values: readonly (bigint | null)[]): Buffer {
    return filled(OID.bigint, fixed(values, 8), (bytes, at, i) => bytes.writeBigInt64BE(values[i]!, at));
  },

  boolean(values: readonly (boolean | null)[]): Buffer {
    return filled(OID.boolean, fixed(values, 1), (bytes, at, i) => bytes.writeUInt8(values[i] ? 1 : 0, at));
  },

  timestamptz(values: readonly (Date | null)[]): Buffer {
    return filled(OID.timestamptz, fixed(values, 8), (bytes, at, i) =>
      bytes.writeBigInt64BE(BigInt((values[i]!.getTime() - EPOCH) * 1_000), at),
    );
  },
};

function texts(oid: number, values: readonly (string | null)[]): Buffer {
  const sizes = values.map((value) => (value === null ? NULL : Buffer.byteLength(value)));
  return filled(oid, sizes, (bytes, at, i) => bytes.write(values[i]!, at));
}

function fixed(values: readonly unknown[], size: number): number[] {
  return values.map((value) => (value === null ? NULL : size));
}

/** @param sizes of the elements in bytes; -1 for null @param write puts an element that is not null at its place */
function filled(oid: number, sizes: readonly number[], write: (bytes: Buffer, at: number, i: number) => void): Buffer {
  let [length, nulls] = [HEADER, 0];
  for (const size of sizes) {
    length += 4 + Math.max(size, 0);
    if (size === NULL) nulls = 1;
  }
  const bytes = Buffer.allocUnsafe(length);
  // Without elements there is no dimension either.
  bytes.writeInt32BE(sizes.length ? 1 : 0, 0);
  bytes.writeInt32BE(nulls, 4);
  bytes.writeInt32BE(oid, 8);
  if (!sizes.length) return bytes.subarray(0, 12);
  bytes.writeInt32BE(sizes.length, 12);
  bytes.writeInt32BE(1, 16);
  let at = HEADER;
  for (let i = 0; i < sizes.length; i++) {
    const size = sizes[i]!;
    bytes.writeInt32BE(size, at);
    at += 4;
    if (size === NULL) continue;
    write(bytes, at, i);
    at += size;
  }
  return bytes;
}

function writeUuid(bytes: Buffer, at: number, uuid: string): void {
  if (uuid.length !== 36) throw new TypeError(`${uuid} is no UUID.`);
  let to = at;
  for (let from = 0; from < 36; from += 2) {
    if (from === 8 || from === 13 || from === 18 || from === 23) from++;
    bytes[to++] = (nibble(uuid.charCodeAt(from)) << 4) | nibble(uuid.charCodeAt(from + 1));
  }
}

/** Of a hexadecimal digit in either case: letters have bit 6, and come nine behind their low bits. */
function nibble(code: number): number {
  return (code & 0xf) + (code >> 6) * 9;
}
