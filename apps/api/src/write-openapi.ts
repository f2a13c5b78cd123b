import { writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { AppModule } from './app.module';
import { Environment } from './config';
import { directRoute } from './database';
import { FaultLog } from './http';
import { openApiText } from './openapi';
import { callersOf } from './tenancy';

/** Writes the OpenAPI document of a server with the default settings into the file that the command line names. */
async function main(path: string): Promise<void> {
  const environment = new Environment();
  const database = directRoute('postgres://127.0.0.1/none');
  const module = AppModule.with(environment, database, new FaultLog(pino({ level: 'silent' })));
  // Routes are read, nothing is made: neither a database nor a port is needed.
  const options = { preview: true, logger: false, abortOnError: false } as const;
  const app = await NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(), options);
  const { publicUrl, APP_NAME: appName } = environment;
  writeFileSync(path, await openApiText(app, { publicUrl, appName, callersOf }));
}

void main(process.argv[2] ?? 'docs/openapi.json');
