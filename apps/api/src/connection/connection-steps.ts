import { lookup } from 'node:dns/promises';
import * as ipaddr from 'ipaddr.js';
import { networkFault } from './network-faults';
import { probe, type ProbeAnswer } from './probe';

const TIMEOUT_MS = 10_000;
const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

export interface StepResult {
  readonly name: 'resolve' | 'users' | 'groups' | 'match' | 'refusal';
  readonly ok: boolean;
  readonly ms: number;
  /** A sentence for the administrator: what was found, or what to mend. */
  readonly detail: string;
}
/** What a step found; without `fault` all is well. */
interface Finding {
  readonly fault?: string;
  readonly detail?: string;
}

/**
 * Asks a SCIM service what Okta's "Test Connector Configuration" asks (catalogue OK-T1, OK-T2), what its first match of a user asks
 * (OK-M1), and how it refuses what is no token (OK-H7). The first two stop it when they fail: then nothing else can succeed.
 * @param token of a live SCIM credential
 */
export async function connectionSteps(baseUrl: string, token: string, timeoutMs = TIMEOUT_MS): Promise<StepResult[]> {
  const base = new URL(baseUrl);
  const ask = (path: string, authorization = `Bearer ${token}`) =>
    probe(new URL(`${baseUrl}${path}`), authorization, timeoutMs);
  const filter = encodeURIComponent('userName eq "connection.test@provost.invalid"');
  const steps: StepResult[] = [];
  const step = async (name: StepResult['name'], work: () => Promise<Finding>): Promise<boolean> => {
    const started = performance.now();
    const { fault, detail = 'As it should be.' } = await work().catch((error: unknown) => ({
      fault: networkFault(error, base),
      detail: undefined,
    }));
    const ms = Math.round(performance.now() - started);
    steps.push({ name, ok: fault === undefined, ms, detail: fault ?? detail });
    return fault === undefined;
  };
  if (!(await step('resolve', () => resolve(base, timeoutMs)))) return steps;
  const isThere = await step('users', async () => {
    const answer = await ask('/Users?startIndex=1&count=2');
    const { fault, detail } = listFinding(answer, base, 'users');
    return fault === undefined ? { detail: `${detail} ${connectionOf(answer, base)}` } : { fault };
  });
  if (!isThere) return steps;
  await step('groups', async () => listFinding(await ask('/Groups?startIndex=1&count=100'), base, 'groups'));
  await step('match', async () =>
    listFinding(await ask(`/Users?filter=${filter}&startIndex=1&count=100`), base, 'users of a name that nobody has'),
  );
  await step('refusal', async () => refusalFinding(await ask('/Users?startIndex=1&count=2', 'non-token')));
  return steps;
}

async function resolve({ hostname }: URL, timeoutMs: number): Promise<Finding> {
  const bare = hostname.replace(/^\[|\]$/g, '');
  const late = new Promise<never>((_, reject) =>
    setTimeout(() => reject(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })), timeoutMs).unref(),
  );
  const addresses = await Promise.race([lookup(bare, { all: true }), late]);
  const list = addresses.map(({ address }) => address).join(', ');
  const isPublic = addresses.some(({ address }) => ipaddr.process(address).range() === 'unicast');
  if (isPublic) return { detail: `${bare} is ${list}.` };
  return {
    detail: `${bare} is ${list}, which can be reached from here and not from the Internet. Okta and Entra cannot.`,
  };
}

/** Whether an answer is a page of a list. */
function listFinding(answer: ProbeAnswer, base: URL, what: string): Finding {
  const fault = faultOf(answer, base);
  if (fault) return { fault };
  const { schemas, totalResults, Resources } = answer.body as {
    schemas?: unknown;
    totalResults?: unknown;
    Resources?: unknown;
  };
  if (
    !Array.isArray(schemas) ||
    !schemas.includes(LIST) ||
    !Number.isInteger(totalResults) ||
    !Array.isArray(Resources ?? [])
  )
    return {
      fault: `What answers at ${base.href} is no SCIM service. Correct PUBLIC_URL, or what the proxy passes on.`,
    };
  return { detail: `There are ${totalResults} ${what}.` };
}

/** What is to be known of the connection that an answer came over. */
function connectionOf({ certificateEnds }: ProbeAnswer, base: URL): string {
  if (base.protocol === 'http:')
    return 'The connection is http: Okta and Entra call https alone, so put a proxy with a certificate in front.';
  const days = Math.floor(((certificateEnds?.getTime() ?? Date.now()) - Date.now()) / 86_400_000);
  return `The certificate is good for ${days} more days.`;
}

/** Why an answer is not what was asked for; undefined when it may be. */
function faultOf({ status, type, location, body }: ProbeAnswer, base: URL): string | undefined {
  if (status >= 300 && status < 400)
    return `${base.origin} redirects to ${location ?? 'somewhere else'}. Clients do not follow: set PUBLIC_URL to the final address.`;
  if (type === 'text/html')
    return `${base.href} answers with an HTML page (status ${status}): a proxy or a login stands in front. Let it pass /scim/v2 on to this server.`;
  const said = (body as { detail?: unknown } | undefined)?.detail;
  const words = typeof said === 'string' ? ` It says: ${said}` : '';
  switch (status) {
    case 200:
      return body === undefined || body === null ? `${base.href} answers without JSON. Correct PUBLIC_URL.` : undefined;
    case 401:
      return `The token was refused that this server made just now. PUBLIC_URL leads to another deployment, or a proxy takes the Authorization header away.${words}`;
    case 403:
      return `The request was refused.${words}`;
    case 404:
      return `There is nothing at ${base.href}. Correct the path of PUBLIC_URL, or what the proxy makes of it.${words}`;
    case 502:
    case 503:
    case 504:
      return `The proxy at ${base.origin} cannot reach this server, or its database is away (status ${status}).${words}`;
    default:
      return `${base.href} answers with status ${status}.${words}`;
  }
}

/** Okta shows its administrators what a 401 says, so it has to be a SCIM error (OK-H7). */
function refusalFinding({ status, body }: ProbeAnswer): Finding {
  const { schemas, detail } = (body ?? {}) as { schemas?: unknown; detail?: unknown };
  // Whoever tried many wrong tokens from here is asked to wait.
  const refused = status === 401 || status === 429;
  if (refused && Array.isArray(schemas) && schemas.includes(ERROR) && typeof detail === 'string')
    return { detail: `What is no token is refused with: ${detail}` };
  return {
    fault: `A wrong token is answered with status ${status} and no SCIM error: a proxy answers in place of this server. Let it pass errors on as they are.`,
  };
}
