import { createHash } from 'node:crypto';
import { type ExportEnd, exportHash, Leaves, publicPem, type Seal, sealHash, SigningKey } from '@provost/audit-trail';
import type { Json } from '../scim/scim-client';
import type { Pick } from './tampering';

/** What somebody can do to an export of which they have everything but the key. Each returns the lines of a changed file. */
export class FileTampering {
  /** Where the events stand, and the seals. */
  private readonly events: readonly number[];
  private readonly seals: readonly number[];

  constructor(
    private readonly lines: readonly string[],
    private readonly pick: Pick,
  ) {
    const places = (has: string) => lines.flatMap((line, i) => (line.startsWith(has) ? [i] : []));
    this.events = places('{"id":');
    this.seals = places('{"seal":');
  }

  get kinds(): Readonly<Record<string, () => string[]>> {
    const kinds: Record<string, () => string[]> = {
      'delete an event': () => this.without(this.any(this.events)),
      'repeat an event': () => this.inserted(this.any(this.events), (line) => line),
      'insert an event': () => this.inserted(this.any(this.events), (line) => edited(line, (e) => (e.id = 'new'))),
      'swap two events': () => this.swapped(this.events),
      'swap two seals': () => this.swapped(this.seals),
      'delete a seal': () => this.without(this.any(this.seals)),
      'delete the first line': () => this.without(0),
      'delete the end': () => this.without(this.lines.length - 1),
      'cut off the tail': () => this.lines.slice(0, 1 + this.pick(this.lines.length - 1)),
      'cut off the tail but the end': () => this.cutBeforeEnd(),
      'cut within a line': () => this.changed(this.any(this.events), (line) => line.slice(0, -2)),
      'write behind the end': () => [...this.lines, this.lines[this.any(this.events)]!],
      'say that it is not complete': () => this.edit(0, ({ export: header }) => ((header as Json).complete = false)),
      'sign it with a key of their own': () => this.signedAnew(),
    };
    for (const [name, edit] of Object.entries(EVENT_EDITS))
      kinds[`change ${name} of an event`] = () => this.edit(this.any(this.events), edit);
    for (const field of [
      'number',
      'firstSeq',
      'lastSeq',
      'count',
      'root',
      'previous',
      'sealedAt',
      'keyId',
      'signature',
    ])
      kinds[`change ${field} of a seal`] = () =>
        this.edit(this.any(this.seals), ({ seal }) => other(seal as Json, field));
    kinds['change the hashes of a seal'] = () => this.edit(this.any(this.seals), (line) => other(line, 'leaves'));
    for (const field of ['number', 'hash', 'lastSeq', 'events', 'signature'])
      kinds[`change ${field} of the head`] = () =>
        this.edit(0, (line) => other((line.export as { head: Json }).head, field));
    for (const field of ['events', 'sha256', 'keyId', 'signature'])
      kinds[`change ${field} of the end`] = () =>
        this.edit(this.lines.length - 1, ({ end }) => other(end as Json, field));
    return kinds;
  }

  private any(list: readonly number[]): number {
    return list[this.pick(list.length)]!;
  }

  private without(place: number): string[] {
    return this.lines.filter((_, i) => i !== place);
  }

  private changed(place: number, change: (line: string) => string): string[] {
    return this.lines.map((line, i) => (i === place ? change(line) : line));
  }

  private edit(place: number, edit: (line: Json) => unknown): string[] {
    return this.changed(place, (line) => edited(line, edit));
  }

  private inserted(place: number, change: (line: string) => string): string[] {
    return [...this.lines.slice(0, place + 1), change(this.lines[place]!), ...this.lines.slice(place + 1)];
  }

  private swapped(places: readonly number[]): string[] {
    const first = this.pick(places.length - 1);
    const [a, b] = [places[first]!, places[first + 1 + this.pick(places.length - first - 1)]!];
    return this.lines.map((line, i) => (i === a ? this.lines[b]! : i === b ? this.lines[a]! : line));
  }

  private cutBeforeEnd(): string[] {
    const until = 1 + this.pick(this.lines.length - 2);
    return [...this.lines.slice(0, until), this.lines.at(-1)!];
  }

  /** An event is changed, and everything is computed anew as the product would. */
  private signedAnew(): string[] {
    const key = SigningKey.generate();
    let previous: Buffer | undefined;
    const lines = this.lines.slice(0, -1).map((line, i) => {
      if (i === 0) return edited(line, (all) => ((all.export as Json).keys = [publicPem(key.publicKey)]));
      if (!this.seals.includes(i)) return line;
      return edited(line, (all) => {
        const json = all.seal as Json & { root: string; previous: string; firstSeq: string; lastSeq: string };
        const leaves = Leaves.of(Buffer.from(all.leaves as string, 'base64'))!;
        const seal = {
          ...(json as unknown as Seal),
          ...{ tenantId: '', root: leaves.root(), previous: previous ?? Buffer.from(json.previous, 'hex') },
          ...{ sealedAt: new Date(json.sealedAt as string), keyId: key.id },
        };
        previous = sealHash(seal);
        json.signature = key.sign(previous).toString('base64');
        json.keyId = key.id;
      });
    });
    const sha256 = createHash('sha256').update(lines.join('')).digest('hex');
    const end: Omit<ExportEnd, 'signature'> = { events: this.events.length, sha256, keyId: key.id };
    const signature = key.sign(exportHash(end)).toString('base64');
    return [...lines, `${JSON.stringify({ end: { ...end, signature } })}\n`];
  }
}

function edited(line: string, edit: (line: Json) => unknown): string {
  const value = JSON.parse(line) as Json;
  edit(value);
  return `${JSON.stringify(value)}\n`;
}

/** Another value of the same kind. */
function other(object: Json, field: string): void {
  const value = object[field];
  if (typeof value === 'number') object[field] = value + 1;
  else {
    const text = String(value);
    const middle = Math.floor(text.length / 2);
    const digit = text[middle] === '1' ? '2' : '1';
    object[field] = text.slice(0, middle) + digit + text.slice(middle + 1);
  }
}

const EVENT_EDITS: Readonly<Record<string, (event: Json) => unknown>> = {
  id: (event) => other(event, 'id'),
  sequence: (event) => other(event, 'sequence'),
  time: (event) => (event.time = '2001-01-01T00:00:00.000Z'),
  category: (event) => (event.category = event.category === 'system' ? 'access' : 'system'),
  type: (event) => (event.type = event.type === 'user.updated' ? 'user.created' : 'user.updated'),
  outcome: (event) => (event.outcome = event.outcome === 'success' ? 'failure' : 'success'),
  actor: (event) => ((event.actor as Json).name = 'Mallory'),
  subject: (event) => ((event.subject as Json).id = '0192aaaa-0000-7000-8000-000000000000'),
  'the name of the subject': (event) => ((event.subject as Json).name = 'mallory'),
  group: (event) => (event.groupId = '0192aaaa-0000-7000-8000-000000000000'),
  changes: (event) => (event.changes = [{ path: 'title', from: 'a', to: 'b' }]),
  details: (event) => (event.details = { forged: true }),
  request: (event) => ((event.request as Json).ip = '203.0.113.1'),
  'the data': (event) => ((event.original as Json).data = { paths: ['forged'] }),
  'the personal part': (event) => ((event.original as Json).sealed = 'Zm9yZ2Vk'),
  'the key': (event) => ((event.original as Json).key = Buffer.alloc(32, 7).toString('base64')),
};
