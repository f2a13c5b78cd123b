import { createHash } from 'node:crypto';
import fc from 'fast-check';
import {
  eventKey,
  hasOwnKey,
  newSubjectKey,
  openPersonal,
  openWithOwnKey,
  sealEvent,
  sealPersonal,
} from './personal-data';

const EVENT = '0197b0a0-0000-7000-8000-000000000001';
const OTHER = '0197b0a0-0000-7000-8000-000000000002';

describe.each([
  ['with a key of its own', sealEvent],
  ['as it was written before that', sealPersonal],
])('the personal part of an event, %s,', (_, seal) => {
  it('comes back as it was, whatever a resource holds', () => {
    const key = newSubjectKey();
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (personal) => {
        const opened = openPersonal(key, EVENT, seal(key, EVENT, personal));
        expect(opened).toEqual(JSON.parse(JSON.stringify(personal)));
      }),
      { numRuns: 200 },
    );
  });

  it('shows nothing of what it holds', () => {
    const sealed = seal(newSubjectKey(), EVENT, { userName: 'bjensen@example.com' });
    expect(sealed.toString('latin1')).not.toContain('bjensen');
  });

  it('opens with no other key', () => {
    const sealed = seal(newSubjectKey(), EVENT, { userName: 'b' });
    expect(() => openPersonal(newSubjectKey(), EVENT, sealed)).toThrow();
  });

  it('cannot be moved to another event', () => {
    const key = newSubjectKey();
    const sealed = seal(key, EVENT, { userName: 'b' });
    expect(() => openPersonal(key, OTHER, sealed)).toThrow();
  });

  it('notices every changed byte: nonce, tag and ciphertext', () => {
    const key = newSubjectKey();
    const sealed = seal(key, EVENT, { userName: 'bjensen' });
    for (let i = 0; i < sealed.length; i++) {
      const changed = Buffer.from(sealed);
      changed[i]! ^= 1;
      expect(() => openPersonal(key, EVENT, changed)).toThrow();
    }
  });

  it('notices when it was cut, also within the tag, where AES-GCM would settle for fewer bytes', () => {
    const key = newSubjectKey();
    const sealed = seal(key, EVENT, {});
    for (let length = 0; length < sealed.length; length++)
      expect(() => openPersonal(key, EVENT, sealed.subarray(0, length))).toThrow();
  });
});

describe('the key of one event', () => {
  it('opens that event and no other', () => {
    const key = newSubjectKey();
    const [one, other] = [sealEvent(key, EVENT, { userName: 'b' }), sealEvent(key, OTHER, { userName: 'b' })];
    expect(openWithOwnKey(eventKey(key, EVENT), one)).toEqual({ userName: 'b' });
    expect(() => openWithOwnKey(eventKey(key, EVENT), other)).toThrow();
    expect(hasOwnKey(one)).toBe(true);
    expect(hasOwnKey(sealPersonal(key, EVENT, {}))).toBe(false);
  });

  it('is SHA-256 of the subject key and the id', () => {
    const key = Buffer.alloc(32, 1);
    expect(eventKey(key, EVENT).toString('hex')).toBe(createHash('sha256').update(key).update(EVENT).digest('hex'));
  });
});

describe('the key of a person', () => {
  it('makes keys that do not repeat', () => {
    const keys = new Set(Array.from({ length: 100 }, () => newSubjectKey().toString('hex')));
    expect(keys.size).toBe(100);
    for (const key of keys) expect(key).toHaveLength(64);
  });
});
