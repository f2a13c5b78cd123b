import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findToken } from './token';

describe('the token', () => {
  const folder = mkdtempSync(join(tmpdir(), 'okta-sim-'));
  const here = new URL('http://localhost:3000/scim/v2');
  beforeAll(() => writeFileSync(join(folder, 'scim-token'), 'left-by-the-server\n'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is the given one first', () => expect(findToken('given', here, folder)).toBe('given'));
  it('is else the one beside the data of this machine', () =>
    expect(findToken(undefined, here, folder)).toBe('left-by-the-server'));
  it('never leaves this machine unasked', () => {
    expect(() => findToken(undefined, new URL('https://elsewhere.example/scim'), folder)).toThrow(
      /No SCIM token: give --token/,
    );
  });
  it('is explained when there is none', () => {
    expect(() => findToken(undefined, here, join(folder, 'nothing'))).toThrow(/POST \/api\/v1\/credentials/);
  });
});
