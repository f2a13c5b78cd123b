import { UsageError } from './options';

interface Answer {
  readonly token_endpoint?: string;
  readonly access_token?: string;
  readonly error?: string;
  readonly error_description?: string;
}

/**
 * An access token by client credentials (RFC 6749 §4.4), from the server that the SCIM URL is on: where, its metadata says (RFC 8414).
 * @param client `clientId:clientSecret`. @throws UsageError in words
 */
export async function oauthToken(client: string, url: URL): Promise<string> {
  const [id = '', ...secret] = client.split(':');
  const { token_endpoint: endpoint } = await asked(new URL('/.well-known/oauth-authorization-server', url));
  if (!endpoint) throw new UsageError(`${url.origin} does not say where OAuth 2.0 tokens are to be had.`);
  const credentials = [id, secret.join(':')].map(encodeURIComponent).join(':');
  const { access_token: token, ...refusal } = await asked(new URL(endpoint), {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  if (token) return token;
  const why = refusal.error_description ?? refusal.error ?? 'no token came';
  throw new UsageError(
    `${endpoint} gives no token: ${why}. --oauth takes clientId:clientSecret of a credential of the kind oauth.`,
  );
}

async function asked(url: URL, request?: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(url, request);
    return (await response.json()) as Answer;
  } catch (error) {
    throw new UsageError(`${url.href} does not answer as OAuth 2.0 has it: ${(error as Error).message}.`);
  }
}
