import { readOptions, UsageError } from './options';

const line = (...args: string[]): string => {
  try {
    readOptions(args, {});
  } catch (error) {
    if (error instanceof UsageError) return error.message;
  }
  return 'accepted';
};

describe('the command line', () => {
  it('has a default for everything but the token', () => {
    expect(readOptions([], {})).toEqual({
      url: new URL('http://localhost:3000/scim/v2'),
      token: undefined,
      oauth: undefined,
      auth: 'bearer',
      mode: 'oin',
      users: 100,
      groups: 5,
      members: undefined,
      batch: 100,
      seed: 'okta',
      concurrency: 8,
      load: 0,
      patchProfile: false,
    });
  });

  it('goes over the environment', () => {
    const env = { SCIM_BASE_URL: 'https://env.example/scim', SCIM_TOKEN: 'from-env' };
    expect(readOptions([], env)).toMatchObject({ url: new URL('https://env.example/scim'), token: 'from-env' });
    expect(readOptions(['--token', 'x', '--url', 'http://h/s?c=1'], env)).toMatchObject({
      url: new URL('http://h/s?c=1'),
      token: 'x',
    });
  });

  it.each([
    [['--users', '12x'], '--users takes a whole number from 1 to 1000000, got "12x".'],
    [['--users', '0'], '--users takes a whole number from 1 to 1000000, got "0".'],
    [['--batch', '99'], '--batch takes a whole number from 100 to 1000, got "99".'],
    [['--mode', 'classic'], '--mode takes oin or aiw, got "classic".'],
    [
      ['--url', 'localhost:3000'],
      '--url takes an http or https address such as http://localhost:3000/scim/v2, got "localhost:3000".',
    ],
    [['--seed', 'a b'], '--seed takes 1 to 32 letters, digits and inner dashes, got "a b".'],
    [['--oauth', 'a:b', '--token', 'x'], '--oauth and --token are two ways: give one.'],
    [
      ['--oauth', 'a'],
      '--oauth takes clientId:clientSecret, as POST /api/v1/credentials {"kind": "oauth"} gives them.',
    ],
    [['--mode', 'aiw', '--patch-profile'], '--patch-profile needs --mode oin: an aiw app only PUTs.'],
  ])('refuses %j with one plain line', (args, message) => expect(line(...args)).toBe(message));

  it.each([[['--nonsense']], [['stray']], [['--users']]])('refuses %j and points at the help', (args) => {
    expect(line(...args)).toMatch(/^[^\n]*See --help\.$/);
  });

  it('knows --help', () => expect(readOptions(['--help'], {})).toBe('help'));
});
