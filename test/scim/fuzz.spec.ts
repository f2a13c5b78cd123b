import * as fc from 'fast-check';
import { thorough } from '../support/thorough';
import { anyRequest } from './any-request';
import { ERROR, ScimServer, SEARCH } from './scim-client';

/** Enough to pass where all is well, however noisy the machine. */
const LIMIT_MS = 4_000;

let scim: ScimServer;
let users: string[];
let groups: string[];
beforeAll(async () => {
  scim = await ScimServer.start();
  users = (await Promise.all([1, 2, 3].map(() => scim.createdUser({ emails: [{ value: 'a', type: 'work' }] })))).map(
    ({ id }) => id,
  );
  groups = [(await scim.createdGroup('Fuzzed', users)).id];
});
afterAll(() => scim?.stop());

/** Whatever comes: an answer within reason, and if it is an error, one that a SCIM client can read (RFC 7644 §3.12). */
it('answers everything in SCIM, and nothing with a fault of its own', async () => {
  const seen = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(anyRequest, fc.nat(), async ({ method, path, query, body, match }, pick) => {
      const filled = (text: string) =>
        text.replaceAll('$id', users[pick % users.length]!).replaceAll('$group', groups[0]!);
      // Nobody who is fuzzed is deleted: there would be nothing left to do.
      if (method === 'DELETE' && path.includes('$')) return;
      const text = method === 'GET' || method === 'DELETE' ? undefined : filled(JSON.stringify(body) ?? 'null');
      const answer = await scim.scim(
        method,
        `${filled(path)}${query}`,
        text,
        match === undefined ? {} : { 'if-match': match },
      );
      seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
      if (answer.status >= 500 && answer.status !== 501) throw new Error(`${answer.status}: ${answer.text}`);
      if (answer.status === 204) return expect(answer.text).toBe('');
      expect(answer.headers['content-type']).toBe('application/scim+json');
      expect(() => void JSON.parse(answer.text)).not.toThrow();
      expect(answer.text).not.toMatch(/"password"\s*:/);
      if (answer.status < 400) return;
      expect(answer.body).toMatchObject({ schemas: [ERROR], status: String(answer.status) });
      expect(answer.body.detail).toMatch(/^\S+ .*\.$/s);
      expect(String(answer.body.detail).length).toBeLessThan(1_000);
    }),
    { numRuns: thorough(700, 3_000), interruptAfterTimeLimit: LIMIT_MS, markInterruptAsFailure: false },
  );
  // It got through to the directory, and was not merely turned away.
  for (const status of [200, 400, 404, 405]) expect([...seen.keys()]).toContain(status);
}, 30_000);

it('reads a filter of any text in the time that it takes to read it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(
        '(',
        'not (',
        'a[',
        '"',
        '\\',
        ' ',
        'a.',
        'urn:',
        '""',
        'userName eq "a" or ',
        'emails[type eq "',
      ),
      fc.constantFrom('', ')', '"', 'userName pr', ']'),
      fc.integer({ min: 100, max: 1_500 }),
      async (piece, end, times) => {
        const text = `${piece.repeat(times).slice(0, 16_000)}${end}`;
        const started = performance.now();
        const { status } = await scim.scim('POST', '/Users/.search', { schemas: [SEARCH], filter: text });
        expect([200, 400]).toContain(status);
        expect(performance.now() - started).toBeLessThan(20_000);
      },
    ),
    { numRuns: thorough(15, 40), interruptAfterTimeLimit: 3_000, markInterruptAsFailure: false },
  );
}, 30_000);
