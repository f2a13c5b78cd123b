/** A JSON object as it came. */
export type Json = Record<string, unknown>;

/** An answer, read to its end. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; an empty object when there is none or it is no JSON object. */
  readonly body: Json;
  readonly ms: number;
}

/** A request; a body that is text goes as it is. */
export interface WireRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** `fetch` owns the connection; everything else that a vector names is sent as it says. */
const OWNED_BY_FETCH = new Set(['connection']);

/** Sends it over real HTTP. */
export async function exchange(request: WireRequest): Promise<WireAnswer> {
  const started = Date.now();
  const body =
    typeof request.body === 'string' || request.body === undefined ? request.body : JSON.stringify(request.body);
  const headers = Object.entries(request.headers).filter(([name]) => !OWNED_BY_FETCH.has(name.toLowerCase()));
  const response = await fetch(request.url, { method: request.method, headers, body, redirect: 'manual' });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: objectIn(text), ms: Date.now() - started };
}

function objectIn(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
  } catch {
    return {};
  }
}

/** Encodes the values of a query that a vector shows raw (spaces, quotes, brackets); what is encoded already stays. */
export function encodedPath(path: string): string {
  const at = path.indexOf('?');
  if (at < 0) return path;
  const parameters = path.slice(at + 1).split('&');
  return `${path.slice(0, at)}?${parameters.map(encodedParameter).join('&')}`;
}

function encodedParameter(parameter: string): string {
  const at = parameter.indexOf('=');
  const [name, value] = at < 0 ? [parameter, ''] : [parameter.slice(0, at), parameter.slice(at + 1)];
  return /^[\w.,:~%+@-]*$/.test(value) ? parameter : `${name}=${encodeURIComponent(value)}`;
}
