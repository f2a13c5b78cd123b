import type { Answer } from './resources.service';

export const SCIM_JSON = 'application/scim+json';

/** What is used of the HTTP server's reply. */
export interface ScimReply {
  status(code: number): ScimReply;
  header(name: string, value: string): ScimReply;
  send(body?: unknown): unknown;
}

/** A resource with its ETag (K10), or 204 where there is none to send. */
export function sendResource(reply: ScimReply, status: number, resource: Answer, etags: boolean): void {
  if (!resource) {
    reply.status(204).send();
    return;
  }
  reply.status(status).header('content-type', SCIM_JSON);
  if (etags) reply.header('etag', resource.version);
  if (status === 201) reply.header('location', resource.location);
  reply.send(resource.text);
}

export function sendJson(reply: ScimReply, body: unknown, status = 200): void {
  reply.status(status).header('content-type', SCIM_JSON).send(JSON.stringify(body));
}
