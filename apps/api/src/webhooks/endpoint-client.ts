import * as http from 'node:http';
import * as https from 'node:https';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Environment } from '../config';
import { DeliveryTerms } from './delivery-terms';
import { AddressRefused, checkedLookup, checkLiteralHost } from './endpoint-address';

/** What became of one attempt. */
export interface Attempt {
  readonly at: Date;
  readonly ms: number;
  /** What the endpoint answered; absent when it did not. */
  readonly status?: number;
  /** Why it counts as failed, in a sentence. */
  readonly error?: string;
  /** The beginning of the answer's body. */
  readonly response?: string;
  /** The endpoint asks not to be called again earlier. */
  readonly retryAfterMs?: number;
}

const SHOWN_CHARACTERS = 500;
const MOST_READ = 64 * 1024;
/** Node's servers close after 5 s. */
const IDLE_MS = 4_000;
const LONGEST_RETRY_AFTER_S = 86_400;
const MEANINGS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'The name of the host is not known.',
  ENODATA: 'The name of the host is not known.',
  ECONNREFUSED: 'The connection was refused.',
  ECONNRESET: 'The endpoint ended the connection without an answer.',
  EPIPE: 'The endpoint ended the connection without an answer.',
};

/** Sends to addresses that customers name: nothing is followed, and only what may be called is connected to. */
@Injectable()
export class EndpointClient implements OnApplicationShutdown {
  private readonly agents = {
    'http:': new http.Agent({ keepAlive: true, timeout: IDLE_MS, maxFreeSockets: 32 }),
    'https:': new https.Agent({ keepAlive: true, timeout: IDLE_MS, maxFreeSockets: 32 }),
  };

  constructor(
    @Inject(Environment) private readonly environment: Environment,
    @Inject(DeliveryTerms) private readonly terms: DeliveryTerms,
  ) {}

  /** Makes one attempt; whatever goes wrong is told in the answer. @param signal ends it early */
  async post(url: string, headers: Record<string, string>, body: string, signal: AbortSignal): Promise<Attempt> {
    const at = new Date();
    const begun = performance.now();
    const ended = new AbortController();
    const end = () => ended.abort();
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      end();
    }, this.terms.timeoutMs);
    signal.addEventListener('abort', end, { once: true });
    try {
      const told = await this.answer(new URL(url), headers, body, ended.signal);
      return { at, ms: Math.round(performance.now() - begun), ...told };
    } catch (error) {
      const ms = Math.round(performance.now() - begun);
      return { at, ms, error: late ? this.lateness : sentence(error as Error) };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
    }
  }

  onApplicationShutdown(): void {
    for (const agent of Object.values(this.agents)) agent.destroy();
  }

  private get lateness(): string {
    return `The endpoint did not answer within ${this.terms.timeoutMs / 1_000} seconds.`;
  }

  private async answer(
    url: URL,
    headers: Record<string, string>,
    body: string,
    signal: AbortSignal,
  ): Promise<Pick<Attempt, 'status' | 'error' | 'response' | 'retryAfterMs'>> {
    const allowPrivate = this.environment.WEBHOOK_ALLOW_PRIVATE === '1';
    if (!allowPrivate && url.protocol !== 'https:') throw new Error('The address must be an https URL.');
    checkLiteralHost(url, allowPrivate);
    const options: https.RequestOptions = {
      method: 'POST',
      agent: this.agents[url.protocol as 'http:' | 'https:'],
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      lookup: checkedLookup(this.terms.resolve, allowPrivate),
      signal,
    };
    const answer = await open(url, options, body);
    const status = answer.statusCode!;
    const response = await beginning(answer);
    const retryAfter = Number(answer.headers['retry-after']);
    const wait = retryAfter > 0 ? { retryAfterMs: Math.min(retryAfter, LONGEST_RETRY_AFTER_S) * 1_000 } : {};
    const failed = status >= 200 && status < 300 ? {} : { error: refusal(status), ...wait };
    return { status, ...failed, ...(response ? { response } : {}) };
  }
}

/** A connection that was kept may have been closed at the other end in this moment: then it is asked on a new one. */
async function open(url: URL, options: https.RequestOptions, body: string): Promise<http.IncomingMessage> {
  for (;;) {
    const outgoing = (url.protocol === 'https:' ? https : http).request(url, options);
    try {
      return await new Promise((resolve, reject) => {
        outgoing.on('response', resolve);
        outgoing.on('error', reject);
        outgoing.end(body);
      });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (!outgoing.reusedSocket || (code !== 'ECONNRESET' && code !== 'EPIPE')) throw error;
    }
  }
}

/** The status was said: what happens to the body afterwards changes nothing. */
async function beginning(answer: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      if ((length += chunk.length) > MOST_READ) break;
    }
  } catch {
    // As far as it came.
  }
  const text = Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
  // Half of a character at the cut is none.
  return text.slice(0, SHOWN_CHARACTERS).replace(/\p{Cs}/gu, '');
}

function refusal(status: number): string {
  if (status >= 300 && status < 400)
    return `The endpoint answered ${status}: redirects are not followed. Register the address that it leads to.`;
  if (status === 410) return 'The endpoint answered 410: it is gone and was disabled.';
  return `The endpoint answered ${status}.`;
}

function sentence(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  // Several addresses that all fail are one AggregateError.
  const [first] = error instanceof AggregateError ? (error.errors as Error[]) : [];
  if (first) return sentence(first);
  if (error instanceof AddressRefused) return error.message;
  return MEANINGS[code ?? ''] ?? `The endpoint could not be reached: ${error.message}`;
}
