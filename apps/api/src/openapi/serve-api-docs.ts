import type { INestApplication } from '@nestjs/common';
import type { FastifyApplication } from '../http';
import { ASSETS, contentSecurityPolicy, docsAsset, docsPage, type Page } from './docs-page';
import type { Surroundings } from './surroundings';

const PAGE = '/api/docs';
/** The document, wherever somebody looks for it. */
const DOCUMENT = [`${PAGE}/openapi.json`, '/api/openapi.json', '/openapi.json'];
const AN_HOUR = 'public, max-age=3600';

/** What is used of the HTTP server's reply. */
interface Reply {
  header(name: string, value: string): Reply;
  send(body: string | Buffer): unknown;
}

/**
 * Serves the OpenAPI document and a page to read it. Neither asks for a credential: they say what anybody can read in the
 * source. The document is made, and what makes it is loaded, when it is first asked for.
 */
export function serveApiDocs(app: FastifyApplication, surroundings: Surroundings): void {
  const fastify = app.getHttpAdapter().getInstance();
  const policy = contentSecurityPolicy(surroundings.publicUrl);
  let document: Promise<string> | undefined;

  for (const url of DOCUMENT)
    fastify.get(url, async (_request, reply) => {
      document ??= openApiText(app, surroundings);
      send(reply, { type: 'application/json; charset=utf-8', body: await document }, 'no-cache');
      return reply;
    });
  fastify.get(PAGE, async (request, reply) => {
    const path = request.url.split('?', 1)[0]!;
    send(reply.header('content-security-policy', policy), docsPage(path.endsWith('/') ? './' : './docs/'), 'no-cache');
    return reply;
  });
  for (const name of ASSETS)
    fastify.get(`${PAGE}/${name}`, async (_request, reply) => {
      send(reply, await docsAsset(name), AN_HOUR);
      return reply;
    });
}

/** The document as JSON for people and programs. Loads what makes it. */
export async function openApiText(app: INestApplication, surroundings: Surroundings): Promise<string> {
  const { openApiDocument } = await import('./openapi-document');
  return `${JSON.stringify(openApiDocument(app, surroundings), undefined, 2)}\n`;
}

function send(reply: Reply, { type, body }: Page, caching: string): void {
  void reply
    .header('content-type', type)
    .header('cache-control', caching)
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .send(body);
}
