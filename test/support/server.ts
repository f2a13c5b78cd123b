import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { FirstStart } from '../../apps/api/src/bootstrap';
import { readEnvironment } from '../../apps/api/src/config';
import { directRoute } from '../../apps/api/src/database';
import { FaultLog } from '../../apps/api/src/http';
import { createServer } from '../../apps/api/src/server';
import { createTestDatabase } from './database';
import { freePort } from './free-port';

export { freePort };

export interface TestServer {
  /** …/scim/v2 */
  readonly baseUrl: string;
  /** The server's root. */
  readonly apiUrl: string;
  readonly scimToken: string;
  readonly operatorToken: string;
  readonly databaseUrl: string;
  readonly app: NestFastifyApplication;
  stop(): Promise<void>;
}

/** The whole application in this process, on a database of its own and a free port of the loopback. */
export async function startServer(environment: NodeJS.ProcessEnv = {}): Promise<TestServer> {
  const database = environment.DATABASE_URL ? undefined : await createTestDatabase();
  const databaseUrl = environment.DATABASE_URL ?? database!.url;
  const port = await freePort();
  const settings = readEnvironment({
    PORT: String(port),
    DATABASE_URL: databaseUrl,
    LOG_LEVEL: 'error',
    ...environment,
  });
  const app = await createServer(settings, directRoute(databaseUrl), new FaultLog(pino({ level: settings.LOG_LEVEL })));
  const tokens = await app.get(FirstStart).run();
  await app.listen(port, '127.0.0.1');
  return {
    baseUrl: settings.scimBaseUrl,
    apiUrl: settings.publicUrl,
    scimToken: tokens?.scimToken ?? '',
    operatorToken: tokens?.adminToken ?? settings.BOOTSTRAP_ADMIN_TOKEN ?? '',
    databaseUrl,
    app,
    stop: async () => {
      await app.close();
      await database?.drop();
    },
  };
}
