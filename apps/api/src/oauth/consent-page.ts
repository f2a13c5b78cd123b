import { escaped, type Page, page } from './page';
import { SCOPES } from './scopes';

/** What an administrator is asked to approve. */
export interface ConsentRequest {
  /** Where the form goes. */
  readonly action: string;
  readonly clientName: string;
  readonly tenant: { readonly name: string; readonly slug: string };
  readonly scopes: readonly string[];
  /** Whether the client can go on without asking again. */
  readonly stays: boolean;
  /** Where the answer goes. */
  readonly redirectUri: string;
}

/** The page on which an administrator approves or denies (RFC 6749 §4.1.1). @param fault why the last attempt was not taken */
export function consentPage(request: ConsentRequest, fault?: string): Page {
  const { clientName, tenant, scopes, redirectUri } = request;
  const [client, name, slug] = [clientName, tenant.name, tenant.slug].map(escaped);
  const { origin } = new URL(redirectUri);
  const may = scopes.map((scope) => `<li>${escaped(SCOPES[scope] ?? scope)}</li>`).join('\n');
  const stays = request.stays
    ? 'It can go on doing so until the credential is revoked.'
    : 'It can do so for an hour, then it has to ask again.';
  const body = `<p><strong>${client}</strong> asks to connect to <strong>${name}</strong> (tenant <code>${slug}</code>) over SCIM.
If you approve, it may, in this tenant and no other:</p>
<ul>
${may}
</ul>
<p>${stays} The answer goes to <strong>${escaped(origin)}</strong>. Deny if you did not just start this there.</p>
${fault === undefined ? '' : `<p class="fault" role="alert">${escaped(fault)}</p>\n`}<form method="post" action="${escaped(request.action)}" autocomplete="off">
<label for="token">Admin token of ${name}</label>
<input id="token" name="token" type="password" autocomplete="off" spellcheck="false" required aria-describedby="hint"${fault === undefined ? '' : ' aria-invalid="true"'}>
<p class="hint" id="hint">An admin token of this tenant, or an operator token. It is checked once and not kept.</p>
<button name="decision" value="approve">Approve</button>
<button name="decision" value="deny" formnovalidate>Deny</button>
</form>`;
  return page(`Connect ${clientName} to ${tenant.name}?`, body, [origin]);
}
