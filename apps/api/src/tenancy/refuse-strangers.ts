import type { FastifyApplication } from '../http';
import { CredentialCache } from './credential-cache';
import { recognise } from './recognised';
import { Strangers } from './strangers';
import { bearerToken } from './token';

/** Where every route asks for a credential. */
const GUARDED = /^\/(scim|api|access)\//i;

/**
 * Refuses strangers before their bodies are read: the guard comes after the body, and whoever has no token must not make
 * the server hold and parse 16 MiB. What a credential may do is the guard's question alone.
 */
export function refuseStrangersEarly(app: FastifyApplication): void {
  const credentials = app.get(CredentialCache);
  const strangers = app.get(Strangers);
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('preParsing', async (request, _reply, payload) => {
      const { url, headers } = request;
      const hasBody = (headers['content-length'] ?? '0') !== '0' || headers['transfer-encoding'] !== undefined;
      if (!hasBody || !GUARDED.test(url)) return payload;
      const token = bearerToken(headers.authorization);
      const principal = token ? await credentials.find(token) : undefined;
      if (!principal) throw strangers.refusal(token, request);
      recognise(request, principal);
      return payload;
    });
}
