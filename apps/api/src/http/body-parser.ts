import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { BadRequest, parseJson, PayloadTooLarge, ScimError, UnsupportedMediaType } from '@provost/scim-protocol';
import type { FastifyApplication } from './fastify-application';

/** Largest body that is read: a Bulk request of the advertised size; a PUT of 100,000 members fits. */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** A form of OAuth, which is a handful of tokens. */
const MAX_FORM_BYTES = 32 * 1024;
const TAKES_FORMS = /^\/oauth\//i;
const JSON_TYPE = /^\s*application\/([\w.-]+\+)?json\b/i;
const FORM_TYPE = /^\s*application\/x-www-form-urlencoded\b/i;
const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Reads the bodies of requests: JSON under either media type, parameters ignored (catalogue OK-H2, OK-H3), as bytes that must be UTF-8;
 * forms, as text, where OAuth takes them (RFC 6749 appendix B). An empty body counts as none: Okta sends a Content-Type with DELETE.
 *
 * The server's own reading of bodies is passed by: it binds an AsyncResource for each, which cost a twelfth of a short write.
 */
export function readBodies(app: FastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  for (const method of METHODS)
    fastify.addHttpMethod(method, { hasBody: false, overrideExisting: true } as { hasBody: boolean });
  fastify.addHook('preValidation', (request, reply, done) => {
    const { headers, url, raw } = request;
    const { 'content-length': announced = '0', 'transfer-encoding': chunked, 'content-type': type = '' } = headers;
    const empty = announced === '0' && chunked === undefined;
    if (empty || request.is404 || !METHODS.includes(request.method)) return done();
    const form = FORM_TYPE.test(type) && TAKES_FORMS.test(url);
    if (!form && !JSON_TYPE.test(type)) {
      raw.resume();
      return done(
        new UnsupportedMediaType('Send JSON: Content-Type application/scim+json or application/json.') as Error,
      );
    }
    collect(raw, form ? MAX_FORM_BYTES : MAX_BODY_BYTES, (error, bytes) => {
      // Where the next request would begin is unknown.
      if (error) void reply.header('connection', 'close');
      try {
        if (error) throw error;
        request.body = form ? bytes!.toString('utf8') || undefined : jsonOf(bytes!);
        done();
      } catch (fault) {
        done(fault as Error);
      }
    });
  });
}

/** @throws BadRequest invalidSyntax */
function jsonOf(bytes: Buffer): unknown {
  if (!bytes.length) return undefined;
  if (!isUtf8(bytes)) throw new BadRequest('invalidSyntax', 'The body is not valid UTF-8.');
  return parseJson(bytes.toString('utf8'));
}

/** Reads a body to its end. @param done called once: with the bytes, or with why they did not all come */
function collect(raw: IncomingMessage, limit: number, done: (error: Error | null, bytes?: Buffer) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  const stop = () => raw.off('data', add).off('end', end).off('error', fail);
  const tooLarge = () => {
    stop();
    raw.resume();
    const size = limit === MAX_BODY_BYTES ? '16 MiB is the most. Split it into several.' : '32 KiB is the most.';
    done(new PayloadTooLarge(`The request is too large: ${size}`));
  };
  const add = (chunk: Buffer) => {
    length += chunk.length;
    if (length > limit) tooLarge();
    else chunks.push(chunk);
  };
  const end = () => {
    stop();
    done(null, chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, length));
  };
  const fail = () => {
    stop();
    done(new ScimError(400, 'The body of the request broke off.', 'invalidSyntax'));
  };
  if (Number(raw.headers['content-length']) > limit) return tooLarge();
  raw.on('data', add).on('end', end).on('error', fail);
}
