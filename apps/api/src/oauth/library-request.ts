import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { AuthenticatedRequest, Caller } from '../tenancy';

/** A request as Fastify has it; its body, when it is a form, as text. */
export interface OAuthRequest extends AuthenticatedRequest {
  readonly raw: IncomingMessage;
  readonly body?: unknown;
}
/** What is used of Fastify's reply. */
export interface OAuthReply {
  readonly raw: ServerResponse;
  hijack(): void;
  status(code: number): OAuthReply;
  header(name: string, value: string): OAuthReply;
  send(body?: string): unknown;
}
/** The same request for the library. */
export type LibraryRequest = IncomingMessage & { readonly caller: Caller };

/**
 * A request for the library: under the address that the public knows, whatever proxies made of it, and with its body still to
 * be read.
 * @param path of the endpoint as the library has it, with the query
 */
export function libraryRequest(request: OAuthRequest, path: string, publicUrl: string, body = ''): LibraryRequest {
  const { host, protocol, pathname } = new URL(publicUrl);
  const { 'x-forwarded-host': _host, 'transfer-encoding': _chunked, ...headers } = request.raw.headers;
  const { method, socket, httpVersion, httpVersionMajor, httpVersionMinor } = request.raw;
  return Object.assign(Readable.from(body ? [Buffer.from(body)] : []), {
    ...{ method, socket, httpVersion, httpVersionMajor, httpVersionMinor },
    url: path,
    baseUrl: pathname.replace(/\/$/, ''),
    headers: {
      ...headers,
      host,
      'x-forwarded-proto': protocol.slice(0, -1),
      ...(body && { 'content-length': String(Buffer.byteLength(body)) }),
    },
    caller: { ip: request.ip, url: request.url, id: request.id },
  }) as unknown as LibraryRequest;
}
