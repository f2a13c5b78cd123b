import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { TLSSocket } from 'node:tls';

/** As much of an answer as is looked at. */
const MOST_BYTES = 1024 * 1024;

export interface ProbeAnswer {
  readonly status: number;
  /** Of Content-Type, without parameters, in lower case. */
  readonly type: string;
  readonly location: string | undefined;
  readonly body: unknown;
  /** When the certificate ends, over https. */
  readonly certificateEnds: Date | undefined;
}

/**
 * Sends one GET as Okta does, on a connection of its own. Nothing is followed: where else an answer points to is not called.
 * @throws the fault of the network, or Error `ETIMEDOUT` when the whole answer is not there in time
 */
export function probe(url: URL, authorization: string, timeoutMs: number): Promise<ProbeAnswer> {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const headers = {
      accept: 'application/scim+json',
      'accept-charset': 'utf-8',
      'user-agent': 'Okta SCIM Client 1.0.0',
      authorization,
    };
    const outgoing = send(url, { headers, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      let length = 0;
      incoming.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length <= MOST_BYTES) chunks.push(chunk);
        else incoming.destroy(new Error('The answer is larger than a megabyte.'));
      });
      incoming.on('error', reject);
      incoming.on('end', () => resolve(answerOf(incoming, Buffer.concat(chunks).toString('utf8'))));
    });
    const timer = setTimeout(
      () => outgoing.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })),
      timeoutMs,
    );
    outgoing.on('error', reject);
    outgoing.on('close', () => clearTimeout(timer));
    outgoing.end();
  });
}

function answerOf(incoming: IncomingMessage, text: string): ProbeAnswer {
  const socket = incoming.socket as Partial<TLSSocket>;
  const ends = socket.getPeerCertificate?.().valid_to;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  return {
    status: incoming.statusCode ?? 0,
    type: (incoming.headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase(),
    location: incoming.headers.location,
    body,
    certificateEnds: ends === undefined ? undefined : new Date(ends),
  };
}
