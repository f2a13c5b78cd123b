import { lookup } from './filters';
import { address } from './transport';

describe('look-ups', () => {
  it('encode as the current client (catalogue OK-H4)', () => {
    expect(lookup('/Users', 'userName', 'ava@corp.example')).toBe(
      '/Users?filter=userName%20eq%20%22ava%40corp.example%22&startIndex=1&count=100',
    );
  });

  it('encode as the older client, a literal plus apart (catalogue OK-H5)', () => {
    expect(lookup('/Users', 'userName', 'a+b@corp.example', '+')).toContain(
      'filter=userName+eq+%22a%2Bb%40corp.example%22&',
    );
  });

  it.each(['R&D', 'Café Crew', 'say "hi"', 'back\\slash', '100% + more'])(
    'survive the way to the server: %s',
    (name) => {
      for (const style of ['%20', '+'] as const) {
        const url = address(new URL('http://h/scim/v2/?connection=x'), lookup('/Groups', 'displayName', name, style));
        expect(url.pathname).toBe('/scim/v2/Groups');
        expect(url.searchParams.get('connection')).toBe('x');
        expect(url.searchParams.get('filter')).toBe(`displayName eq ${JSON.stringify(name)}`);
      }
    },
  );
});
