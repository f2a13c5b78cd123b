import { randomBytes } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module';
import type { Environment } from './config';
import type { DatabaseRoute } from './database';
import { type FaultLog, MAX_BODY_BYTES, readBodies } from './http';
import { answerMalformed, answerUnroutable } from './malformed-requests';
import { serveApiDocs } from './openapi';
import { untangleBaseUrlQuery } from './scim';
import { observeRequests } from './telemetry';
import { callersOf, refuseStrangersEarly } from './tenancy';

const MAX_HEADER_BYTES = 64 * 1024;
/** Whoever sends a request a byte at a time may not keep a connection: its head, and all of it, must be there by then. */
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 60_000;
const TIMEOUT_CHECK_MS = 2_000;
const REQUEST_ID = /^[\w.-]{1,64}$/;
/** Addresses that may say on whose behalf they call (X-Forwarded-For): proxies on the same machine or private network. */
const TRUSTED_PROXIES = ['loopback', 'linklocal', 'uniquelocal'];

const PROCESS = randomBytes(6).toString('hex');
let requests = 0;

/** Unique over all processes: a random part for this one, and a count. */
function nextRequestId(): string {
  return `${PROCESS}-${(++requests).toString(36)}`;
}

/** The application on its HTTP server, not yet listening. */
export async function createServer(
  environment: Environment,
  database: DatabaseRoute,
  faults: FaultLog,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: MAX_BODY_BYTES,
    trustProxy: TRUSTED_PROXIES,
    // Clients write /users, and /Users/ before a query; ids stay as they are sent and may be long (then they are unknown).
    routerOptions: { caseSensitive: false, ignoreTrailingSlash: true, maxParamLength: MAX_HEADER_BYTES },
    http: {
      // A GET with the longest filter that is read.
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    },
    // Fastify waits for ever unless it is told.
    requestTimeout: REQUEST_TIMEOUT_MS,
    frameworkErrors: answerUnroutable,
    clientErrorHandler: answerMalformed,
    // Requests that arrive on a connection while the server drains are answered, with `Connection: close`: a 503 for a
    // request that can still be served would be a failure that nobody needs to see.
    return503OnClosing: false,
    // A proxy in front keeps its connections longer than Okta's 60 s.
    keepAliveTimeout: 75_000,
    // Nothing here is Nest middleware, whose runner would pass every request on.
    skipMiddie: true,
    rewriteUrl: (request: { url?: string }) => untangleBaseUrlQuery(request.url ?? '/'),
    genReqId: (request: { headers: Record<string, string | string[] | undefined> }) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : nextRequestId();
    },
  } as ConstructorParameters<typeof FastifyAdapter>[0]);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(environment, database, faults), adapter, {
    bodyParser: false,
    logger: faults,
    abortOnError: false,
  });
  readBodies(app);
  observeRequests(app);
  refuseStrangersEarly(app);
  if (environment.servesApi)
    serveApiDocs(app, { publicUrl: environment.publicUrl, appName: environment.APP_NAME, callersOf });
  await app.init();
  return app;
}
