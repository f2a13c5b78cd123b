import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVENT_TYPES, kindOf, typesLike } from './event-kinds';

const root = join(__dirname, '../../..');
const sources = ['apps/api/src', 'libs/directory/src'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .map((name) => readFileSync(join(root, folder, name), 'utf8')),
);

describe('the kinds of events', () => {
  it('have a row for every type that the sources write', () => {
    const words =
      /'((?:user|group|entitlement|credential|tenant|config|access|session|auth|lifecycle|webhook|sync|error)\.[a-z_]*[a-z])'/g;
    // Statements, jobs and routes have names of the same form; those of events stand where an event is made.
    const written = sources.flatMap((text) =>
      text
        .split('\n')
        .filter((line) => /type: '|AS type|INSERT INTO events|, now\(\), '/.test(line))
        .flatMap((line) => [...line.matchAll(words)].map(([, type]) => type!)),
    );
    expect(new Set(written).size).toBeGreaterThan(15);
    expect(written.filter((type) => !EVENT_TYPES.includes(type))).toEqual([]);
  });

  it('say what failed', () => {
    expect(kindOf('auth.failed')).toEqual({ category: 'access', outcome: 'failure' });
    expect(kindOf('lifecycle.run_failed')).toEqual({ category: 'provisioning', outcome: 'failure' });
    expect(kindOf('user.created')).toEqual({ category: 'provisioning', outcome: 'success' });
    expect(kindOf('toString')).toEqual({ category: 'system', outcome: 'success' });
    expect(kindOf('error.mail')).toEqual({ category: 'system', outcome: 'failure' });
  });

  it('are found by name and by pattern', () => {
    expect(typesLike('user.created')).toEqual(['user.created']);
    expect(typesLike('session.*')).toEqual(['session.login', 'session.revoked']);
    expect(typesLike('*')).toBe(EVENT_TYPES);
    for (const wrong of ['', 'User.*', 'user*', 'user.%', '.*']) expect(typesLike(wrong)).toBeUndefined();
  });
});
