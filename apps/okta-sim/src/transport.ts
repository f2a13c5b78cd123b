import { Agent as HttpAgent, IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { Reply } from './checks';
import { Json } from './payloads';

/** Okta closes the socket of a request that has no answer after this long (catalogue §1.2). */
const TIMEOUT_MS = 60_000;
/** After so many attempts at a throttled request Okta's task fails and needs a human (catalogue OK-R1). */
const ATTEMPTS = 10;

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A request by its path under the base URL, query included. */
export interface Call {
  readonly method: Method;
  readonly path: string;
  readonly body?: Json;
  /** Sent instead of the token; null sends no Authorization at all. */
  readonly authorization?: string | null;
}

/** The reply with the time that its last attempt took, waiting for a throttle apart. */
export interface Answer extends Reply {
  readonly ms: number;
  /** Throttled attempts before this answer. */
  readonly throttled: number;
  /** Why there is no usable answer at all: connection, timeout, broken encoding. Status is then 0. */
  readonly broken?: string;
}

/** Where to send and as whom. */
export interface Target {
  readonly url: URL;
  readonly authorization: string;
  readonly connections: number;
}

/** Okta's HTTP client: its headers, kept-alive connections, compressed replies, patience with 429. */
export class Transport {
  private readonly agent: HttpAgent;
  private readonly send: typeof httpRequest;
  /** Until when everything waits: a throttle concerns the app, not one request. */
  private pausedUntil = 0;

  constructor(private readonly target: Target) {
    const secure = target.url.protocol === 'https:';
    const settings = { keepAlive: true, maxSockets: target.connections };
    this.agent = secure ? new HttpsAgent(settings) : new HttpAgent(settings);
    this.send = secure ? httpsRequest : httpRequest;
  }

  /** Sends a call, again after an integer Retry-After. Never rejects: what went wrong is in the answer. */
  async call(call: Call): Promise<Answer> {
    const payload = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
    for (let throttled = 0; ; throttled++) {
      const wait = this.pausedUntil - performance.now();
      if (wait > 0) await sleep(wait);
      const answer = { ...(await this.attempt(call, payload)), throttled };
      const seconds = String(answer.headers['retry-after'] ?? '');
      // Without an integer Okta would now wait five minutes: the caller's check reports the 429 instead.
      if (answer.status !== 429 || !/^\d{1,5}$/.test(seconds) || throttled + 1 >= ATTEMPTS) return answer;
      this.pausedUntil = Math.max(this.pausedUntil, performance.now() + Number(seconds) * 1000);
    }
  }

  /** Closes the kept connections, so that the process can end. */
  close(): void {
    this.agent.destroy();
  }

  private async attempt(call: Call, payload: Buffer | undefined): Promise<Omit<Answer, 'throttled'>> {
    const started = performance.now();
    try {
      const { response, bytes } = await this.exchange(call, payload);
      const ms = performance.now() - started;
      const text = await decoded(response, bytes);
      return { status: response.statusCode ?? 0, headers: response.headers, body: parsed(text), text, ms };
    } catch (error) {
      const ms = performance.now() - started;
      return { status: 0, headers: {}, body: undefined, text: '', ms, broken: reason(error) };
    }
  }

  private exchange(call: Call, payload: Buffer | undefined): Promise<{ response: IncomingMessage; bytes: Buffer }> {
    return new Promise((resolve, reject) => {
      const request = this.send(address(this.target.url, call.path), {
        method: call.method,
        agent: this.agent,
        headers: this.headers(call, payload),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      request.once('error', (error: NodeJS.ErrnoException) => {
        // The server may close an idle connection just as it is reused: that request was never read.
        const stale = request.reusedSocket && error.code === 'ECONNRESET' && call.method !== 'POST';
        if (stale) this.exchange(call, payload).then(resolve, reject);
        else reject(error);
      });
      request.once('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('end', () => resolve({ response, bytes: Buffer.concat(chunks) }));
        response.once('error', reject);
      });
      request.end(payload);
    });
  }

  /** Catalogue OK-H1 and OK-H2: no Content-Type without a body. */
  private headers(call: Call, payload: Buffer | undefined): Record<string, string | number> {
    const authorization = call.authorization === undefined ? this.target.authorization : call.authorization;
    return {
      Accept: 'application/scim+json',
      'Accept-Charset': 'utf-8',
      'Accept-Encoding': 'gzip,deflate',
      'User-Agent': 'Okta SCIM Client 1.0.0',
      ...(authorization === null ? {} : { Authorization: authorization }),
      ...(payload ? { 'Content-Type': 'application/scim+json; charset=utf-8', 'Content-Length': payload.length } : {}),
    };
  }
}

/** The base URL may carry a query of its own, to which the call's is added (catalogue §1.2). */
export function address(base: URL, path: string): URL {
  const [route = '', query = ''] = path.split('?', 2);
  const url = new URL(base);
  url.pathname = url.pathname.replace(/\/+$/, '') + route;
  url.search = [base.search.slice(1), query].filter(Boolean).join('&');
  return url;
}

const inflated = { gzip: promisify(gunzip), 'x-gzip': promisify(gunzip), deflate: promisify(inflate) };

async function decoded(response: IncomingMessage, bytes: Buffer): Promise<string> {
  const encoding = String(response.headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding === 'identity' || !bytes.length) return bytes.toString('utf8');
  const decode = Object.entries(inflated).find(([name]) => name === encoding)?.[1];
  if (!decode) throw new Error(`the reply is encoded as ${encoding}, which was not accepted`);
  return (await decode(bytes)).toString('utf8');
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const reason = (error: unknown): string => {
  const { name, message, code } = error as Partial<NodeJS.ErrnoException>;
  if (name === 'TimeoutError' || name === 'AbortError') return `no answer within ${TIMEOUT_MS / 1000} s`;
  // Several addresses tried, none answered: Node says so in an AggregateError without a message.
  return message || code || 'the connection failed';
};
