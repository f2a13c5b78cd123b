import { ASSERTIONS } from './assertions';
import { areFacts } from './facts';
import { NOT_APPLICABLE } from './not-applicable';
import { loadVectors } from './vectors';

const VECTORS = loadVectors();
const SENT = VECTORS.filter(({ id }) => !(id in NOT_APPLICABLE));

describe('the catalogue', () => {
  it('is complete', () => expect(VECTORS).toHaveLength(168));

  it('has an assertion for everything that a vector says in words', () => {
    const words = SENT.filter(({ x }) => x?.post || (x?.b !== undefined && !areFacts(x.b)));
    const unheard = words.filter(({ id, x }) => {
      const assertion = ASSERTIONS[id];
      return (x?.post && !assertion?.post) || (x?.b !== undefined && !areFacts(x.b) && !assertion?.body);
    });
    expect(unheard.map(({ id }) => id)).toEqual([]);
  });

  it('has no assertion without a vector', () => {
    const ids = new Set(SENT.map(({ id }) => id));
    expect(Object.keys(ASSERTIONS).filter((id) => !ids.has(id))).toEqual([]);
  });
});

describe('not applicable', () => {
  test.each(Object.entries(NOT_APPLICABLE))('%s: %s', (id, reason) => {
    expect(VECTORS.map((vector) => vector.id)).toContain(id);
    expect(reason).toMatch(/^.{20,}\.$/);
  });
});
