import type { EventRow } from './event';
import { eventHash } from './event-hash';
import { newSubjectKey, openPersonal, sealPersonal } from './personal-data';

const key = newSubjectKey();
const id = '0197b0a0-0000-7000-8000-000000000003';
const event: EventRow = {
  tenant_id: '0197b0a0-0000-7000-8000-000000000001',
  seq: '42',
  id,
  occurred_at: new Date('2026-01-02T03:04:05.678Z'),
  type: 'user.updated',
  subject_type: 'User',
  subject_id: '0197b0a0-0000-7000-8000-000000000002',
  group_id: null,
  context: { actor: { type: 'scim', id: 'c', name: 'Okta' }, request: { id: 'r', ip: '127.0.0.1', client: 'okta' } },
  data: { paths: ['title'] },
  sealed: sealPersonal(key, id, { userName: 'b' }),
};

describe('the hash of an event', () => {
  it('is the same for the same event', () => {
    expect(eventHash({ ...event, sealed: Buffer.from(event.sealed!) })).toEqual(eventHash(event));
    expect(eventHash(event)).toHaveLength(32);
  });

  it('is what it was in every version: seals that were made are over it', () => {
    const known: EventRow = {
      ...event,
      ...{ tenant_id: '0198a2b4-0000-7000-8000-000000000001', id: '0198a2b4-0000-7000-8000-000000000002' },
      occurred_at: new Date('2026-11-29T05:00:00.123Z'),
      subject_id: '0198a2b4-0000-7000-8000-000000000003',
      context: {
        actor: { type: 'scim', id: '0198a2b4-0000-7000-8000-000000000004', name: 'Zoë' },
        request: { id: 'r-1' },
      },
      data: { paths: ['displayName'] },
      sealed: Buffer.from('00ff', 'hex'),
    };
    const hash = 'c3ac757916de4cc5d17f8b81e99b07057bc1c18539cfac914db5d92b352e1786';
    expect(eventHash(known).toString('hex')).toBe(hash);
    // A long one moves the place where the text is put together.
    expect(eventHash({ ...known, sealed: Buffer.alloc(100_000) })).toHaveLength(32);
    expect(eventHash(known).toString('hex')).toBe(hash);
  });

  it('covers the ciphertext, so it stands when nobody can read it any more', () => {
    const before = eventHash(event);
    // Erasure touches no field of the event, only the key.
    expect(() => openPersonal(newSubjectKey(), id, event.sealed!)).toThrow();
    expect(eventHash(event)).toEqual(before);
  });

  const changes: [keyof EventRow, EventRow[keyof EventRow]][] = [
    ['tenant_id', '0197b0a0-0000-7000-8000-00000000000f'],
    ['seq', '43'],
    ['id', '0197b0a0-0000-7000-8000-00000000000e'],
    ['occurred_at', new Date('2026-01-02T03:04:05.679Z')],
    ['type', 'user.created'],
    ['subject_type', 'Group'],
    ['subject_id', null],
    ['group_id', '0197b0a0-0000-7000-8000-00000000000d'],
    ['context', { ...event.context, actor: { ...event.context.actor, name: 'Entra' } }],
    ['context', { ...event.context, request: { ...event.context.request, ip: '127.0.0.2' } }],
    ['data', { paths: ['nickName'] }],
    ['data', null],
    ['sealed', sealPersonal(key, id, { userName: 'b' })],
    ['sealed', null],
  ];
  it.each(changes)('changes with %s', (field, value) => {
    expect(eventHash({ ...event, [field]: value })).not.toEqual(eventHash(event));
  });

  it('is tested for every field of an event', () => {
    expect(new Set(changes.map(([field]) => field))).toEqual(new Set(Object.keys(event)));
  });

  it('keeps neighbouring fields apart', () => {
    const one = { ...event, type: 'user.updated', subject_type: 'User' };
    const two = { ...event, type: 'user.update', subject_type: 'dUser' };
    expect(eventHash(one)).not.toEqual(eventHash(two));
    const moved = { ...event, subject_id: null, group_id: event.subject_id };
    expect(eventHash(moved)).not.toEqual(eventHash(event));
  });
});
