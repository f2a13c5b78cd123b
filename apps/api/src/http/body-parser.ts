import { isUtf8 } from 'node:buffer';
import { BadRequest, parseJson, UnsupportedMediaType } from '@provost/scim-protocol';
import type { FastifyApplication } from './fastify-application';

/** Largest body that is read: a Bulk request of the advertised size; a PUT of 100,000 members fits. */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** A form of OAuth, which is a handful of tokens. */
const MAX_FORM_BYTES = 32 * 1024;
const TAKES_FORMS = /^\/oauth\//i;
const SEND_JSON = 'Send JSON: Content-Type application/scim+json or application/json.';

/**
 * Reads forms where OAuth takes them (RFC 6749 appendix B), elsewhere JSON. Reads JSON bodies under either media type, parameters ignored (catalogue OK-H2, OK-H3), as bytes that must be UTF-8.
 * An empty body counts as none: Okta sends a Content-Type with DELETE.
 */
export function readJsonBodies(app: FastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  // The server's own parser for application/json would come first, and refuses DELETE with a type and no body.
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    /^application\/([\w.-]+\+)?json\b/i,
    { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES },
    (_request, body: Buffer, done) => {
      try {
        if (!body.length) return done(null, undefined);
        if (!isUtf8(body)) throw new BadRequest('invalidSyntax', 'The body is not valid UTF-8.');
        done(null, parseJson(body.toString('utf8')));
      } catch (error) {
        done(error as Error, undefined);
      }
    },
  );
  fastify.addContentTypeParser(
    /^application\/x-www-form-urlencoded\b/i,
    { parseAs: 'string', bodyLimit: MAX_FORM_BYTES },
    ({ url }, body: string, done) => {
      if (TAKES_FORMS.test(url) || !body) return done(null, body || undefined);
      done(new UnsupportedMediaType(SEND_JSON), undefined);
    },
  );
  fastify.addContentTypeParser('*', (request, payload, done) => {
    // Without a body the type does not matter: DELETE and GET may carry any.
    const { 'content-length': length = '0', 'transfer-encoding': chunked } = request.headers;
    if (length === '0' && chunked === undefined) return done(null, undefined);
    payload.resume();
    done(new UnsupportedMediaType(SEND_JSON), undefined);
  });
}
