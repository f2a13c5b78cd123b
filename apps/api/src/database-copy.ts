import { backUpEmbeddedPostgres, EmbeddedPostgresError, restoreEmbeddedPostgres } from '@provost/embedded-postgres';
import { EnvironmentError, readEnvironment } from './config';

const USAGE = `  npm run backup -- FOLDER     copies the embedded database of DATA_DIR, also while it is in use
  npm run restore -- FOLDER    puts such a copy into DATA_DIR, which must not hold a database`;

/** A command line that cannot be carried out; the message is for the person who typed it. */
class UsageError extends Error {}

async function run([command, folder, ...more]: readonly string[]): Promise<string> {
  if (!folder || more.length || (command !== 'backup' && command !== 'restore')) throw new UsageError(USAGE);
  const { DATABASE_URL, DATA_DIR } = readEnvironment();
  if (DATABASE_URL)
    throw new UsageError('DATABASE_URL is set: pg_dump and pg_restore copy that database (docs/guides/operations.md).');
  if (command === 'backup') {
    await backUpEmbeddedPostgres(DATA_DIR, folder);
    return `The database of ${DATA_DIR} is in ${folder}. It holds the keys of personal data: keep it as safe as the database.`;
  }
  await restoreEmbeddedPostgres(folder, DATA_DIR);
  return `${folder} is in ${DATA_DIR}. The next start recovers it.`;
}

run(process.argv.slice(2)).then(
  (done) => process.stdout.write(`${done}\n`),
  (error: Error) => {
    const known = [UsageError, EmbeddedPostgresError, EnvironmentError].some((kind) => error instanceof kind);
    process.stderr.write(`${known ? error.message : String(error.stack)}\n`);
    process.exitCode = 1;
  },
);
