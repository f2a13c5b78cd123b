import { parseArgs } from 'node:util';

/** Which of Okta's two SCIM clients to play: `aiw` only PUTs, `oin` PATCHes (catalogue §1.1). */
export type Mode = 'aiw' | 'oin';

/** What a run does, as the command line and the environment say it. */
export interface Options {
  readonly url: URL;
  readonly token: string | undefined;
  /** `clientId:clientSecret` to get a token with, instead of one. */
  readonly oauth: string | undefined;
  readonly auth: 'bearer' | 'header';
  readonly mode: Mode;
  readonly users: number;
  readonly groups: number;
  /** Members per pushed group; undefined leaves the choice to the population. */
  readonly members: number | undefined;
  readonly batch: number;
  readonly seed: string;
  readonly concurrency: number;
  /** Seconds of mixed load after the provisioning; 0 is none. */
  readonly load: number;
  readonly patchProfile: boolean;
}

/** A command line that cannot be run; the message is one plain line for the person who typed it. */
export class UsageError extends Error {}

export const HELP = `Plays Okta's SCIM client against a server: connector test, import, create, update, deactivate, group push.

  npm run okta-sim -- [options]

  --url URL           SCIM base URL (else SCIM_BASE_URL, else http://localhost:3000/scim/v2)
  --token TOKEN       SCIM token (else SCIM_TOKEN, else the one that the server left in DATA_DIR on its first start)
  --oauth ID:SECRET   an OAuth client instead of a token: gets one, which is good for an hour, by client credentials
  --auth KIND         bearer: "Authorization: Bearer TOKEN"; header: the token as it is (default bearer)
  --mode MODE         aiw: an app of the integration wizard, PUT only; oin: a catalogue app, PATCH (default oin)
  --users N           people to provision, 1 to 1000000 (default 100)
  --groups M          groups to push, 0 to 10000 (default 5)
  --members K         members of each group, 0 to 1000000 (default: everyone in about two groups, at most 1000)
  --batch B           memberships per PATCH in oin mode, 100 to 1000 (default 100)
  --seed S            the same seed makes the same people; a second run links them (default okta)
  --concurrency C     requests in flight, 1 to 256 (default 8)
  --patch-profile     oin: send profile updates as PATCH instead of PUT
  --load SECONDS      afterwards mixed traffic for so long, with new people as it goes; prints latencies
  --help              this text

Exit code: 0 every answer was what Okta needs, 1 some were not, 2 the command line is wrong.
`;

const wholeNumber = (name: string, given: string | undefined, fallback: number, min: number, max: number): number => {
  if (given === undefined) return fallback;
  const value = Number(given);
  if (!/^\d+$/.test(given) || value < min || value > max) {
    throw new UsageError(`--${name} takes a whole number from ${min} to ${max}, got "${given}".`);
  }
  return value;
};

const oneOf = <T extends string>(name: string, given: string | undefined, choices: readonly [T, ...T[]]): T => {
  const choice = given === undefined ? choices[0] : choices.find((c) => c === given);
  if (choice === undefined) throw new UsageError(`--${name} takes ${choices.join(' or ')}, got "${given}".`);
  return choice;
};

const clientOf = (oauth: string | undefined, token: string | undefined): string | undefined => {
  if (oauth !== undefined && token !== undefined) throw new UsageError('--oauth and --token are two ways: give one.');
  if (oauth !== undefined && !/^[^:]+:.+$/.test(oauth))
    throw new UsageError(
      '--oauth takes clientId:clientSecret, as POST /api/v1/credentials {"kind": "oauth"} gives them.',
    );
  return oauth;
};

const baseUrl = (given: string): URL => {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw new UsageError(`--url takes an http or https address such as http://localhost:3000/scim/v2, got "${given}".`);
  }
  return url;
};

const read = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: false,
      options: {
        url: { type: 'string' },
        token: { type: 'string' },
        oauth: { type: 'string' },
        auth: { type: 'string' },
        mode: { type: 'string' },
        users: { type: 'string' },
        groups: { type: 'string' },
        members: { type: 'string' },
        batch: { type: 'string' },
        seed: { type: 'string' },
        concurrency: { type: 'string' },
        load: { type: 'string' },
        'patch-profile': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    const [line] = error instanceof Error ? error.message.split(/\.\s|\n/) : ['The command line cannot be read'];
    throw new UsageError(`${line?.replace(/\.$/, '')}. See --help.`);
  }
};

/**
 * Reads the command line over the environment (`SCIM_BASE_URL`, `SCIM_TOKEN`).
 * Returns `'help'` when the text was asked for. Throws {@link UsageError} for an unknown option or a wrong value.
 */
export function readOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Options | 'help' {
  const given = read(args);
  if (given.help) return 'help';
  const mode = oneOf('mode', given.mode, ['oin', 'aiw']);
  if (given['patch-profile'] && mode !== 'oin')
    throw new UsageError('--patch-profile needs --mode oin: an aiw app only PUTs.');
  const seed = given.seed ?? 'okta';
  // The seed becomes a DNS label of the people's mail domain.
  if (!/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/i.test(seed)) {
    throw new UsageError(`--seed takes 1 to 32 letters, digits and inner dashes, got "${seed}".`);
  }
  return {
    url: baseUrl(given.url ?? (env.SCIM_BASE_URL || 'http://localhost:3000/scim/v2')),
    token: given.token ?? (env.SCIM_TOKEN || undefined),
    oauth: clientOf(given.oauth, given.token),
    auth: oneOf('auth', given.auth, ['bearer', 'header']),
    mode,
    users: wholeNumber('users', given.users, 100, 1, 1_000_000),
    groups: wholeNumber('groups', given.groups, 5, 0, 10_000),
    members: given.members === undefined ? undefined : wholeNumber('members', given.members, 0, 0, 1_000_000),
    batch: wholeNumber('batch', given.batch, 100, 100, 1000),
    seed: seed.toLowerCase(),
    concurrency: wholeNumber('concurrency', given.concurrency, 8, 1, 256),
    load: wholeNumber('load', given.load, 0, 1, 86_400),
    patchProfile: given['patch-profile'] ?? false,
  };
}
