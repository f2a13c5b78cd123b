import type { NestFastifyApplication } from '@nestjs/platform-fastify';

export type FastifyApplication = NestFastifyApplication;
type Fastify = ReturnType<ReturnType<NestFastifyApplication['getHttpAdapter']>['getInstance']>;
/** Request and reply of the HTTP server, typed without depending on fastify itself. */
export type Reply = Parameters<Parameters<Fastify['setNotFoundHandler']>[0] & ((...args: never[]) => unknown)>[1];
