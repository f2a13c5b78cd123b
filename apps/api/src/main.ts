import { pino } from 'pino';
import { startEmbeddedPostgres } from '@provost/embedded-postgres';
import { migrate } from '@provost/entities';
import { FirstStart, type FirstTokens } from './bootstrap';
import { Environment, EnvironmentError, readEnvironment } from './config';
import { FaultLog } from './http';
import { createServer } from './server';

/** Everything that Provost is, from one command. @returns how to stop it */
async function start(environment: Environment): Promise<() => Promise<void>> {
  const transport = environment.LOG_PRETTY === '1' ? { transport: { target: 'pino-pretty' } } : {};
  const redact = [
    'authorization',
    'password',
    'secret',
    'token',
    '*.authorization',
    '*.password',
    '*.secret',
    '*.token',
  ];
  const log = new FaultLog(pino({ level: environment.LOG_LEVEL, redact, base: null, ...transport }));
  const embedded = environment.DATABASE_URL
    ? undefined
    : await startEmbeddedPostgres({
        dataDir: environment.DATA_DIR,
        log: (line) => log.info({ source: 'postgres' }, line),
      });
  const url = environment.DATABASE_URL ?? embedded!.url;
  try {
    await migrate(url);
    const app = await createServer(environment, url, log);
    const tokens = await app.get(FirstStart).run();
    await app.listen(environment.PORT, environment.HOST);
    announce(environment, tokens);
    return async () => {
      // Stops listening, answers what is under way, ends the consumers, closes the pool; then the database itself.
      await app.close();
      await embedded?.stop();
    };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
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

async function main(): Promise<void> {
  let environment: Environment;
  try {
    environment = readEnvironment();
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
    return;
  }
  let stopping = false;
  let stop: (() => Promise<void>) | undefined;
  const onSignal = () => {
    if (stopping) return;
    stopping = true;
    if (stop)
      void stop().then(
        () => process.exit(0),
        () => process.exit(1),
      );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  try {
    stop = await start(environment);
    if (stopping) await stop().then(() => process.exit(0));
  } catch (error) {
    process.stderr.write(`Provost could not start: ${(error as Error).message}\n`);
    if (environment.LOG_LEVEL === 'debug') console.error(error);
    process.exit(1);
  }
}

void main();
