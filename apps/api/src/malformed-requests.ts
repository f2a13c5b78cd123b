import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { BadRequest, ScimError } from '@provost/scim-protocol';
import { errorAnswer } from './error-answer';

interface Reply {
  code(status: number): Reply;
  headers(values: Readonly<Record<string, string>>): Reply;
  send(body: Buffer): unknown;
}
type ParseError = Error & { code?: string; rawPacket?: unknown };

/**
 * Requests that the HTTP server refuses before there is a route, and so before any filter of ours: an address that cannot
 * be decoded. They get the errors of their surface as well, since Okta shows whatever is no JSON as "Invalid JSON" (OK-R2).
 */
export function answerUnroutable(error: Error & { statusCode?: number }, request: { url: string }, reply: Reply): void {
  const refused =
    error.statusCode === 414
      ? new ScimError(414, 'The address of the request is too long.')
      : new BadRequest(
          'invalidSyntax',
          'The address of the request is not well encoded: a "%" stands for itself as "%25".',
        );
  const { status, headers, body } = errorAnswer(refused, request.url);
  reply.code(status).headers(headers).send(body);
}

/** What is no HTTP at all: answered on the socket, which then closes, as where the next request begins is unknown. */
export function answerMalformed(error: ParseError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy();
  const { status, headers, body } = errorAnswer(malformed(error), addressOf(error.rawPacket));
  const lines = Object.entries({ ...headers, 'content-length': body.length, connection: 'close' });
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines.map(([name, value]) => `${name}: ${value}`)];
  socket.end(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]), () => socket.destroy());
}

function malformed({ code }: ParseError): ScimError {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new ScimError(
      431,
      'The address and the headers of the request are too long. Send a long filter to /.search.',
    );
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new ScimError(408, 'The request did not arrive in time. Send it again.');
  return new BadRequest('invalidSyntax', 'The request is not well-formed HTTP.');
}

/** The address in the request line, where the parser still has it; in doubt it was meant for SCIM. */
function addressOf(packet: unknown): string {
  const begin = Buffer.isBuffer(packet) ? packet.toString('latin1', 0, 200) : '';
  return /^[A-Z]+ (\S+)/.exec(begin)?.[1] ?? '/scim';
}
