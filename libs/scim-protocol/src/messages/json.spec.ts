import fc from 'fast-check';
import { ScimError } from '../errors';
import { MAX_DEPTH, parseJson } from './json';

const refused = (text: string, detail: string) => {
  try {
    parseJson(text);
  } catch (error) {
    expect(error).toMatchObject({ status: 400, scimType: 'invalidSyntax' });
    expect((error as ScimError).detail).toContain(detail);
    return;
  }
  throw new Error('accepted');
};

it('reads JSON, also behind a byte order mark', () => {
  expect(parseJson('\ufeff{"a":[1,null]}')).toEqual({ a: [1, null] });
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      expect(JSON.stringify(parseJson(JSON.stringify(value)))).toBe(JSON.stringify(value));
    }),
  );
});

it('says plainly what is wrong, without quoting the body (R39)', () => {
  refused('{not json', 'The body is not valid JSON.');
  refused('{"password":"s3cret"', 'The body is not valid JSON.');
  refused('  ', 'empty');
});

it('refuses deep nesting without exhausting the stack', () => {
  const nested = (open: string, close: string, depth: number) => open.repeat(depth) + '1' + close.repeat(depth);
  expect(parseJson(nested('[', ']', MAX_DEPTH))).toBeDefined();
  refused(nested('[', ']', MAX_DEPTH + 1), '64 levels');
  refused(nested('{"a":', '}', MAX_DEPTH + 1), '64 levels');
  refused(nested('[', ']', 1_000_000), '64 levels');
  refused(nested('{"a":', '}', 500_000), '64 levels');
  refused('['.repeat(1_000_000), 'not valid JSON');
});
