import { NIL_TENANT } from '@provost/entities';
import type { FinishedRequest } from '../telemetry';

/** Whether a SCIM request was answered as its client may expect. */
export type Outcome = 'succeeded' | 'failed' | 'throttled';

/** A change of the directory, or a question about it. */
export function kindOfRequest({ request: { method }, route }: FinishedRequest): 'read' | 'write' {
  return method === 'GET' || method === 'HEAD' || route.endsWith('.search') ? 'read' : 'write';
}

/** That something is not there is an answer to whoever asks for it: Okta looks before it creates. */
export function outcomeOf(method: string, status: number): Outcome {
  if (status === 429) return 'throttled';
  return status < 400 || (status === 404 && method === 'GET') ? 'succeeded' : 'failed';
}

/** Whether it went to SCIM under a credential of a tenant: of others nobody can say whose they are. */
export function isTenantsScim({ request: { user }, route }: FinishedRequest): boolean {
  return user !== undefined && user.tenantId !== NIL_TENANT && route.startsWith('/scim/');
}
