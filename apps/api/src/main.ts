import { pino } from 'pino';
import { startEmbeddedPostgres } from '@provost/embedded-postgres';
import { migrate } from '@provost/entities';
import { FirstStart, type FirstTokens } from './bootstrap';
import { Environment, EnvironmentError, readEnvironment } from './config';
import { directRoute, reachDatabase } from './database';
import { FaultLog } from './http';
import { listen } from './listen';
import { createServer } from './server';
import { StartError } from './start-error';

/** Somebody who stopped reading must not keep the process: requests that are still under way then are cut off. */
const DRAIN_MS = 20_000;

const NAMELESS =
  'The pooler of DATABASE_URL carries no prepared statements, so each statement is planned whenever it runs. PgBouncer 1.21 or newer does, with max_prepared_statements.';

/** What has been started, to be stopped in the opposite order. */
class Started {
  private readonly stops: (() => Promise<unknown>)[] = [];

  add(stop: () => Promise<unknown>): void {
    this.stops.push(stop);
  }

  async stop(): Promise<void> {
    for (let stop = this.stops.pop(); stop; stop = this.stops.pop()) await stop();
  }
}

/**
 * Everything that Provost is, from one command. What was started is in `started`, also when this fails.
 * @throws StartError, EmbeddedPostgresError, or the signal's reason when it is aborted
 */
async function start(environment: Environment, started: Started, signal: AbortSignal): Promise<void> {
  const log = faultLog(environment);
  const { DATABASE_URL: url, DATABASE_DIRECT_URL: directUrl } = environment;
  if (directUrl && !url)
    throw new StartError(
      'DATABASE_DIRECT_URL is set and DATABASE_URL is not: the first is another way to the database of the second.',
    );
  const database = url
    ? await reachDatabase(url, directUrl, signal)
    : directRoute(await startDatabase(environment, log, started));
  signal.throwIfAborted();
  if (!database.carriesNames) log.warn(NAMELESS);
  await migrate(database.directUrl);
  signal.throwIfAborted();
  const app = await createServer(environment, database, log);
  // Stops listening, answers what is under way, ends the consumers, closes the pool.
  started.add(async () => {
    const cut = setTimeout(() => app.getHttpServer().closeAllConnections(), DRAIN_MS);
    await app.close();
    clearTimeout(cut);
  });
  await listen(app, environment);
  announce(environment, await app.get(FirstStart).run());
}

async function startDatabase({ DATA_DIR }: Environment, log: FaultLog, started: Started): Promise<string> {
  const embedded = await startEmbeddedPostgres({
    dataDir: DATA_DIR,
    log: (line) => log.info({ source: 'postgres' }, line),
  });
  started.add(() => embedded.stop());
  return embedded.url;
}

function faultLog({ LOG_LEVEL, LOG_PRETTY }: Environment): FaultLog {
  const secrets = ['authorization', 'password', 'secret', 'token'];
  const redact = secrets.flatMap((name) => [name, `*.${name}`]);
  const transport = LOG_PRETTY === '1' ? { transport: { target: 'pino-pretty' } } : {};
  return new FaultLog(pino({ level: LOG_LEVEL, redact, base: null, ...transport }));
}

function announce(environment: Environment, tokens: FirstTokens | undefined): void {
  const lines = [`Provost is ready on ${environment.publicUrl}`, `  SCIM base URL  ${environment.scimBaseUrl}`];
  if (tokens) {
    lines.push(`  SCIM token     ${tokens.scimToken}`);
    lines.push(`  Admin token    ${tokens.adminToken ?? '(the value of BOOTSTRAP_ADMIN_TOKEN)'}`);
    lines.push('The tokens are shown this once. Keep them.');
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}

function environmentOrExit(): Environment {
  try {
    return readEnvironment();
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

async function main(): Promise<void> {
  const environment = environmentOrExit();
  const started = new Started();
  const stopping = new AbortController();
  let starting: Promise<void> | undefined;

  const stop = async () => {
    // `npm start` and the terminal may each pass on the same Ctrl-C.
    if (stopping.signal.aborted) return;
    stopping.abort();
    await starting?.catch(() => undefined);
    await started.stop();
    process.exit(0);
  };
  const fail = (error: Error) => {
    process.stderr.write(`Provost could not stop in order: ${error.message}\n`);
    process.exit(1);
  };
  // Before anything is started that would have to be stopped.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void stop().catch(fail));

  try {
    await (starting = start(environment, started, stopping.signal));
  } catch (error) {
    if (stopping.signal.aborted) return;
    process.stderr.write(`Provost could not start. ${(error as Error).message}\n`);
    if (environment.LOG_LEVEL === 'debug') console.error(error);
    await started.stop().catch(() => undefined);
    process.exit(1);
  }
}

void main();
