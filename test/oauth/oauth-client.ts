import { createHash, randomBytes } from 'node:crypto';
import { type Answer, bearer, type Headers, type Json, ScimServer } from '../scim/scim-client';

export const OKTA_CALLBACK = 'https://system-admin.okta.com/admin/app/cpc/acme_app/oauth/callback';

export interface Client {
  readonly id: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A browser of an administrator and a client such as Okta, against a server of the file's own. */
export class OAuthWorld {
  private constructor(
    readonly scim: ScimServer,
    readonly adminToken: string,
  ) {}

  static async start(environment: NodeJS.ProcessEnv = {}): Promise<OAuthWorld> {
    const scim = await ScimServer.start(environment);
    return new OAuthWorld(scim, (await scim.credential({ kind: 'admin' })).token);
  }

  stop(): Promise<void> {
    return this.scim.stop();
  }

  /** A client that gets tokens by consent when it has redirect URIs, else for itself. */
  async client(input: Json = {}, headers: Headers = {}): Promise<Client> {
    return (await this.scim.credential({ kind: 'oauth', name: 'Okta', ...input }, headers)) as unknown as Client;
  }

  okta(input: Json = {}): Promise<Client> {
    return this.client({ redirectUris: [OKTA_CALLBACK], ...input });
  }

  /** POST /oauth/token, as client_secret_basic. */
  token(client: Client, fields: Record<string, string>, headers: Headers = {}): Promise<Answer> {
    return this.form('/oauth/token', fields, { ...basic(client.clientId, client.clientSecret), ...headers });
  }

  form(path: string, fields: Record<string, string> | string, headers: Headers = {}): Promise<Answer> {
    const body = typeof fields === 'string' ? fields : new URLSearchParams(fields).toString();
    return this.scim.send('POST', path, body, { 'content-type': 'application/x-www-form-urlencoded', ...headers });
  }

  /** An access token of a client for itself. */
  async ownToken(client: Client): Promise<string> {
    const { status, body, text } = await this.token(client, { grant_type: 'client_credentials' });
    if (status !== 200) throw new Error(`token answered ${status}: ${text}`);
    return body.access_token as string;
  }

  /** Whether SCIM takes the token. */
  async status(token: string): Promise<number> {
    return (await this.scim.scim('GET', '/Users?count=0', undefined, bearer(token))).status;
  }

  get(location: string, browser: Browser): Promise<Answer> {
    return this.visit('GET', location, undefined, browser);
  }

  post(location: string, fields: Record<string, string>, browser: Browser, headers: Headers = {}): Promise<Answer> {
    return this.visit('POST', location, new URLSearchParams(fields).toString(), browser, headers);
  }

  private async visit(
    method: string,
    location: string,
    body: string | undefined,
    browser: Browser,
    more: Headers = {},
  ): Promise<Answer> {
    const { pathname, search } = new URL(location, this.scim.server.apiUrl);
    const type: Headers = body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
    const headers = { accept: 'text/html', ...type, ...browser.cookie(pathname), ...more };
    const answer = await this.scim.send(method, `${pathname}${search}`, body, headers);
    browser.keep(answer.headers['set-cookie']);
    return answer;
  }

  /** Begins at the client and ends on the consent page. @returns its address */
  async begin(client: Client, more: Record<string, string> = {}, browser = new Browser()): Promise<Answer> {
    const fields = {
      ...{ response_type: 'code', client_id: client.clientId, redirect_uri: OKTA_CALLBACK, state: 's t&te' },
      ...more,
    };
    const query = new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== ''));
    return this.get(`/oauth/authorize?${query.toString()}`, browser);
  }

  /** An administrator approves. @returns where Okta is called back, with the code */
  async approve(client: Client, more: Record<string, string> = {}, token = this.adminToken): Promise<URL> {
    const browser = new Browser();
    const page = locationOf(await this.begin(client, more, browser));
    const decided = await this.post(page, { token, decision: 'approve' }, browser);
    if (decided.status !== 303) throw new Error(`the consent answered ${decided.status}: ${decided.text}`);
    const back = await this.get(locationOf(decided), browser);
    if (back.status !== 303) throw new Error(`the authorization answered ${back.status}: ${back.text}`);
    return new URL(locationOf(back));
  }

  /** Redeems a code. */
  redeem(client: Client, callback: URL, more: Record<string, string> = {}): Promise<Answer> {
    const code = callback.searchParams.get('code')!;
    return this.token(client, { grant_type: 'authorization_code', code, redirect_uri: OKTA_CALLBACK, ...more });
  }

  refresh(client: Client, refreshToken: unknown, more: Record<string, string> = {}): Promise<Answer> {
    return this.token(client, { grant_type: 'refresh_token', refresh_token: refreshToken as string, ...more });
  }
}

/** Cookies of a browser, kept and sent by their paths. */
export class Browser {
  private readonly jar = new Map<string, { value: string; path: string }>();

  keep(lines: string | string[] | undefined): void {
    for (const line of [lines ?? []].flat()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      const path = /;\s*path=([^;]+)/i.exec(line)?.[1] ?? '/';
      if (/expires=Thu, 01 Jan 1970/i.test(line)) this.jar.delete(`${name} ${path}`);
      else this.jar.set(`${name} ${path}`, { value: value!, path });
    }
  }

  cookie(pathname: string): Headers {
    const mine = [...this.jar].filter(([, { path }]) => pathname.startsWith(path));
    return mine.length ? { cookie: mine.map(([name, { value }]) => `${name.split(' ')[0]}=${value}`).join('; ') } : {};
  }
}

/** Where an answer leads to. */
export function locationOf({ headers }: Answer): string {
  return String(headers.location);
}

export function basic(id: string, secret: string): Headers {
  return {
    authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
  };
}

export interface Pkce {
  readonly verifier: string;
  readonly challenge: Record<string, string>;
}

export function pkce(): Pkce {
  const verifier = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  return { verifier, challenge: { code_challenge: challenge, code_challenge_method: 'S256' } };
}
