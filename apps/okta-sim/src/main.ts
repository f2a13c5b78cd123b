import { Journal } from './journal';
import { oauthToken } from './oauth-token';
import { HELP, Options, readOptions, UsageError } from './options';
import { Population } from './population';
import { Progress } from './progress';
import { play, report } from './run';
import { Session } from './session';
import { findToken } from './token';
import { Transport } from './transport';

/** Exit codes that scripts rely on. */
const [GOOD, BAD, USAGE, INTERRUPTED] = [0, 1, 2, 130];

async function run(options: Options): Promise<number> {
  const token = options.oauth
    ? await oauthToken(options.oauth, options.url)
    : findToken(options.token, options.url, process.env.DATA_DIR || '.data');
  const authorization = options.auth === 'bearer' ? `Bearer ${token}` : token;
  const transport = new Transport({ url: options.url, authorization, connections: options.concurrency });
  const session = new Session(options, new Population(options), new Journal(), new Progress(process.stdout), transport);
  process.once('SIGINT', () => (session.stopped = true));
  try {
    const { mode, users, groups, seed, url } = options;
    console.log(`Okta (${mode}) → ${url.href}: ${users} people, ${groups} groups, seed ${seed}\n`);
    const good = await play(session);
    console.log(`\n${report(session)}`);
    return session.stopped ? INTERRUPTED : good ? GOOD : BAD;
  } finally {
    transport.close();
  }
}

async function main(): Promise<number> {
  try {
    const options = readOptions(process.argv.slice(2), process.env);
    if (options !== 'help') return await run(options);
    console.log(HELP);
    return GOOD;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    return USAGE;
  }
}

void main().then((code) => {
  process.exitCode = code;
});
