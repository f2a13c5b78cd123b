import { startEmbeddedPostgres } from '@provost/embedded-postgres';

/** A process that owns an embedded PostgreSQL, to be killed by the tests: `node … <data dir>`; one JSON line a message. */
const say = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`);

startEmbeddedPostgres({ dataDir: process.argv[2] ?? '', log: (log) => say({ log }) }).then(
  (server) => {
    const leave = () => void server.stop().then(() => process.exit(0));
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, leave);
    process.stdin.on('end', leave).resume(); // the tests were killed
    say({ url: server.url });
  },
  (error: Error) => {
    say({ error: error.message, kind: error.name });
    process.exit(1);
  },
);
