import type { Readable } from 'node:stream';
import type { Answer } from './resources.service';

export const SCIM_JSON = 'application/scim+json';

/** What is used of the HTTP server's reply. */
export interface ScimReply {
  status(code: number): ScimReply;
  header(name: string, value: string): ScimReply;
  send(body?: unknown): unknown;
  serializer(serialize: (payload: unknown) => string): ScimReply;
}

/**
 * A resource with its ETag (K10) and where it is: RFC 7643 §3.1 has meta.location in Content-Location, the examples of
 * RFC 7644 §3 have it in Location, and not only after a POST. Or 204 where there is none to send.
 */
export function sendResource(reply: ScimReply, status: number, resource: Answer, etags: boolean): void {
  if (!resource) {
    reply.status(204).send();
    return;
  }
  reply.status(status).header('content-type', SCIM_JSON);
  if (etags) reply.header('etag', resource.version);
  reply.header('location', resource.location).header('content-location', resource.location);
  sendText(reply, resource.text);
}

/** 304: the client has this version. */
export function sendNotModified(reply: ScimReply, { version }: NonNullable<Answer>): void {
  reply.status(304).header('etag', version).send();
}

/** A list as text, or as a stream where it may be long. */
export function sendList(reply: ScimReply, list: string | Readable): void {
  reply.status(200).header('content-type', SCIM_JSON);
  if (typeof list === 'string') sendText(reply, list);
  else reply.send(list);
}

export function sendJson(reply: ScimReply, body: unknown, status = 200): void {
  reply.status(status).header('content-type', SCIM_JSON);
  sendText(reply, JSON.stringify(body));
}

const asItIs = (payload: unknown) => payload as string;

/** With a serializer of our own the server adds no charset to the type, which clients trip over (pains 16). */
export function sendText(reply: ScimReply, text: string): void {
  reply.serializer(asItIs).send(text);
}
