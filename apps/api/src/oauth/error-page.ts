import { escaped, type Page, page } from './page';

/** An error of RFC 6749 §4.1.2.1 that must not be sent to the client, as nobody knows whether it is one. */
export interface OAuthError {
  readonly error: string;
  readonly error_description?: string;
}

/** What people can do about it; whoever asked them to come here is who has to. */
const SENTENCES: Readonly<Record<string, string>> = {
  invalid_client: 'The application that sent you here is not registered, or was revoked. Check its client ID.',
  invalid_redirect_uri:
    'The application that sent you here asks to be answered at an address that it is not registered with. Compare its redirect URI, character by character, with those of the credential.',
  session_not_found: 'This page has expired, or was opened in another browser. Begin again in the application.',
  server_error: 'Something went wrong here. Try again in a minute.',
};

export function errorPage({ error, error_description: description }: OAuthError): Page {
  const sentence =
    SENTENCES[error === 'invalid_request' && /session/.test(description ?? '') ? 'session_not_found' : error];
  const body = `<p>${escaped(sentence ?? 'The application that sent you here made a request that cannot be answered.')}</p>
<dl><dt>Error</dt><dd>${escaped(error)}</dd>${description ? `<dt>What it says</dt><dd>${escaped(description)}</dd>` : ''}</dl>`;
  return page('This connection cannot be made', body);
}
