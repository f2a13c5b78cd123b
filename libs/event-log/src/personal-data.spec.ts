import fc from 'fast-check';
import { newSubjectKey, openPersonal, sealPersonal } from './personal-data';

const EVENT = '0197b0a0-0000-7000-8000-000000000001';
const OTHER = '0197b0a0-0000-7000-8000-000000000002';

describe('the personal part of an event', () => {
  it('comes back as it was, whatever a resource holds', () => {
    const key = newSubjectKey();
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (personal) => {
        const opened = openPersonal(key, EVENT, sealPersonal(key, EVENT, personal));
        expect(opened).toEqual(JSON.parse(JSON.stringify(personal)));
      }),
      { numRuns: 200 },
    );
  });

  it('shows nothing of what it holds, and never the same bytes twice', () => {
    const key = newSubjectKey();
    const personal = { userName: 'bjensen@example.com' };
    const [one, two] = [sealPersonal(key, EVENT, personal), sealPersonal(key, EVENT, personal)];
    expect(one.equals(two)).toBe(false);
    expect(one.toString('latin1')).not.toContain('bjensen');
  });

  it('opens with no other key', () => {
    const sealed = sealPersonal(newSubjectKey(), EVENT, { userName: 'b' });
    expect(() => openPersonal(newSubjectKey(), EVENT, sealed)).toThrow();
  });

  it('cannot be moved to another event', () => {
    const key = newSubjectKey();
    const sealed = sealPersonal(key, EVENT, { userName: 'b' });
    expect(() => openPersonal(key, OTHER, sealed)).toThrow();
  });

  it('notices every changed byte: nonce, tag and ciphertext', () => {
    const key = newSubjectKey();
    const sealed = sealPersonal(key, EVENT, { userName: 'bjensen' });
    for (let i = 0; i < sealed.length; i++) {
      const changed = Buffer.from(sealed);
      changed[i]! ^= 1;
      expect(() => openPersonal(key, EVENT, changed)).toThrow();
    }
  });

  it('notices when it was cut, also within the tag, where AES-GCM would settle for fewer bytes', () => {
    const key = newSubjectKey();
    const sealed = sealPersonal(key, EVENT, {});
    for (let length = 0; length < sealed.length; length++)
      expect(() => openPersonal(key, EVENT, sealed.subarray(0, length))).toThrow();
  });

  it('makes keys that do not repeat', () => {
    const keys = new Set(Array.from({ length: 100 }, () => newSubjectKey().toString('hex')));
    expect(keys.size).toBe(100);
    for (const key of keys) expect(key).toHaveLength(64);
  });
});
