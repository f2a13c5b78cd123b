import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { uuidV7 } from '@provost/entities';
import { AppModule } from './app.module';
import type { Environment } from './config';
import { type FaultLog, MAX_BODY_BYTES, readJsonBodies } from './http';
import { untangleBaseUrlQuery } from './scim';

const REQUEST_ID = /^[\w.-]{1,64}$/;
/** Addresses that may say on whose behalf they call (X-Forwarded-For): proxies on the same machine or private network. */
const TRUSTED_PROXIES = ['loopback', 'linklocal', 'uniquelocal'];

/** The application on its HTTP server, not yet listening. */
export async function createServer(
  environment: Environment,
  databaseUrl: string,
  faults: FaultLog,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: MAX_BODY_BYTES,
    trustProxy: TRUSTED_PROXIES,
    // Paths of SCIM are compared as they are sent; ids and URNs may be long.
    routerOptions: { maxParamLength: 1_024 },
    // A proxy in front keeps its connections longer than Okta's 60 s.
    keepAliveTimeout: 75_000,
    rewriteUrl: (request: { url?: string }) => untangleBaseUrlQuery(request.url ?? '/'),
    genReqId: (request: { headers: Record<string, string | string[] | undefined> }) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : uuidV7();
    },
  } as ConstructorParameters<typeof FastifyAdapter>[0]);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(environment, databaseUrl, faults),
    adapter,
    { bodyParser: false, logger: faults, abortOnError: false },
  );
  readJsonBodies(app);
  await app.init();
  return app;
}
