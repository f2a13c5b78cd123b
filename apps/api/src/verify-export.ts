import { createReadStream, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ExportCheck, type ExportFault, keyIdOf, type KnownOfRecord, readPublicKey } from '@provost/audit-trail';

const USAGE = `  npm run audit:verify -- FILE [--key FILE|ID] [--seal NUMBER:HASH]

  Checks an export of the audit record (format=ndjson) with nothing but the file.
  --key    the public key that must have signed it, as PEM or by its id; again for each that may
  --seal   a seal that you have noted before: the chain of a complete export must go through it`;

/** A command line that cannot be carried out; the message is for the person who typed it. */
class UsageError extends Error {}

const LINE_END = 10;

/** The lines of a file, each with its end, whatever else ends lines for others. */
async function* linesOf(file: string): AsyncGenerator<Buffer> {
  const held: Buffer[] = [];
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = chunk.indexOf(LINE_END); at >= 0; at = chunk.indexOf(LINE_END, from)) {
      const piece = chunk.subarray(from, at + 1);
      yield held.length ? Buffer.concat([...held.splice(0), piece]) : piece;
      from = at + 1;
    }
    if (from < chunk.length) held.push(chunk.subarray(from));
  }
  if (held.length) yield Buffer.concat(held);
}

function knownOf(keys: readonly string[], seal: string | undefined): KnownOfRecord {
  const [, number, hash] = /^(\d+):([0-9a-f]{64})$/.exec(seal ?? '') ?? [];
  if (seal !== undefined && hash === undefined)
    throw new UsageError(`--seal takes a number and a hash, such as 12:5f16…; got ${seal}.`);
  return { keyIds: keys.flatMap(idsOf), ...(hash !== undefined && { seal: { number: Number(number), hash } }) };
}

function idsOf(key: string): string[] {
  if (/^[0-9a-f]{64}$/.test(key)) return [key];
  const pems = readFileSync(key, 'utf8').match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/g) ?? [];
  if (!pems.length) throw new UsageError(`--key takes a public key as PEM, or its id; ${key} holds none.`);
  return pems.map((pem) => keyIdOf(readPublicKey(pem)));
}

async function verify(
  file: string,
  known: KnownOfRecord,
): Promise<{ check: ExportCheck; fault: ExportFault | undefined }> {
  const check = new ExportCheck(known);
  for await (const line of linesOf(file)) {
    const fault = check.line(line);
    if (fault) return { check, fault };
  }
  return { check, fault: check.end() };
}

function report(check: ExportCheck, known: KnownOfRecord): string {
  const { tenant, createdAt, complete, filter, head, keys } = check.header!;
  const asked = Object.entries(filter).map(([name, value]) => `${name}=${value}`);
  return [
    `Everything is as it was recorded: ${check.events} events of ${tenant.slug}, exported at ${createdAt}.`,
    `${check.sealed} events are under seals, ${check.unsealed} were not sealed yet when they were exported.`,
    ...(check.dropped
      ? [`${check.dropped} of those under seals were dropped since, when their time was over; seals say so.`]
      : []),
    complete
      ? `The export is complete: no sealed event is missing. The chain goes to seal ${head?.number ?? 0}${head ? ` (${head.hash})` : ''}.`
      : `It was narrowed by ${asked.join(', ')}: what is there is proven, not that nothing else would fit.`,
    ...(known.seal && !complete
      ? ['A narrowed export does not show whether the chain goes through the seal that you named.']
      : []),
    known.keyIds?.length
      ? `It is signed with the key that you named.`
      : `It is signed with the key ${keyIdOf(readPublicKey(keys[0]!))}. Name with --key the one that you expect, else a forger's own would do.`,
  ].join('\n');
}

async function run(args: string[]): Promise<void> {
  const { values, positionals } = parsed(args);
  const [file, ...more] = positionals;
  if (file === undefined || more.length) throw new UsageError(USAGE);
  const known = knownOf(values.key ?? [], values.seal);
  const { check, fault } = await verify(file, known);
  if (fault) {
    process.stderr.write(`${file}, line ${fault.line}: ${fault.fault}\n`);
    process.exitCode = 1;
  } else process.stdout.write(`${report(check, known)}\n`);
}

function parsed(args: string[]) {
  try {
    const options = { key: { type: 'string', multiple: true }, seal: { type: 'string' } } as const;
    return parseArgs({ args, options, allowPositionals: true });
  } catch {
    throw new UsageError(USAGE);
  }
}

run(process.argv.slice(2)).catch((error: NodeJS.ErrnoException) => {
  const known = error instanceof UsageError || error.syscall === 'open' || error.syscall === 'read';
  const message = error.code === 'ENOENT' ? `There is no file ${error.path}.` : error.message;
  process.stderr.write(`${known ? message : String(error.stack)}\n`);
  process.exitCode = 2;
});
