import { Inject, Injectable } from '@nestjs/common';
import { NIL_TENANT, statement, TenantDatabase } from '@provost/entities';
import { EventSignal, eventValues, insertEvents } from '@provost/event-log';
import type { ServerResponse } from 'node:http';
import { Forbidden, TooManyRequests } from '@provost/scim-protocol';
import type Provider from 'oidc-provider';
import { problem } from '../http';
import {
  clientOf,
  CredentialCache,
  eventContext,
  isAllowed,
  type Principal,
  Strangers,
  TenantsService,
} from '../tenancy';
import { AuthorizationServer } from './authorization-server';
import type { ConsentRequest } from './consent-page';
import type { LibraryRequest, OAuthRequest } from './library-request';

const RECORD = statement('oauth.record', insertEvents('$1::uuid', 2));

type Interaction = InstanceType<Provider['Interaction']>;
const MOST_ATTEMPTS = 5;

/** The request and reply of a browser that has a consent under way, which its cookie names. */
export interface Visit {
  readonly request: LibraryRequest;
  readonly response: ServerResponse;
  /** That of the address. */
  readonly uid: string;
}

/** The consent of an administrator to what a client asks for. */
@Injectable()
export class Consents {
  constructor(
    @Inject(AuthorizationServer) private readonly server: AuthorizationServer,
    @Inject(CredentialCache) private readonly credentials: CredentialCache,
    @Inject(TenantsService) private readonly tenants: TenantsService,
    @Inject(Strangers) private readonly strangers: Strangers,
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(EventSignal) private readonly signal: EventSignal,
  ) {}

  /** What is asked. @throws Problem 400 when nothing is under way in this browser, or no more */
  async asked(visit: Visit, action: string): Promise<ConsentRequest> {
    const { params } = await this.interaction(visit);
    const provider = await this.server.provider();
    const client = await provider.Client.find(String(params.client_id));
    if (!client) throw expired();
    const { tenantId } = clientOf(client.clientId)!;
    const { name, slug } = await this.tenants.get(tenantId);
    return {
      ...{ action, tenant: { name, slug }, clientName: client.clientName ?? client.clientId },
      scopes: scopesOf(params),
      stays: client.grantTypeAllowed('refresh_token'),
      redirectUri: String(params.redirect_uri),
    };
  }

  /** @returns where the browser goes from here */
  async deny(visit: Visit): Promise<string> {
    await this.interaction(visit);
    const provider = await this.server.provider();
    const result = { error: 'access_denied', error_description: 'An administrator denied the request.' };
    return provider.interactionResult(visit.request, visit.response, result, { mergeWithLastSubmission: false });
  }

  /**
   * @param token of an administrator of the tenant, or of an operator
   * @returns where the browser goes from here
   * @throws Forbidden when that token may not approve this, TooManyRequests when too many were tried
   */
  async approve(visit: Visit, token: string, request: OAuthRequest): Promise<string> {
    const interaction = await this.interaction(visit);
    const clientId = String(interaction.params.client_id);
    const { tenantId, credentialId } = clientOf(clientId)!;
    const approver = await this.credentials.find(token);
    if (!approver || !mayApprove(approver, tenantId, request.ip)) {
      await countAttempt(interaction);
      const refusal = approver ? undefined : this.strangers.refusal(token, request, tenantId);
      throw refusal instanceof TooManyRequests ? refusal : new Forbidden();
    }
    const provider = await this.server.provider();
    const accountId = approver.credentialId ?? NIL_TENANT;
    const scopes = scopesOf(interaction.params);
    const grant = new provider.Grant({ accountId, clientId });
    grant.addOIDCScope(scopes.join(' '));
    const grantId = await grant.save();
    const event = {
      type: 'credential.authorized',
      subjectType: 'Credential',
      subjectId: credentialId,
      data: { scopes },
    } as const;
    const context = eventContext({
      ...request,
      id: request.id,
      ip: request.ip,
      headers: request.headers,
      user: approver,
    });
    await this.db.run({ tenantId }, RECORD, [tenantId, ...eventValues(new Date(), context, [event])]);
    this.signal.announce();
    const result = { login: { accountId, remember: false }, consent: { grantId } };
    return provider.interactionResult(visit.request, visit.response, result, { mergeWithLastSubmission: false });
  }

  private async interaction({ request, response, uid }: Visit) {
    const provider = await this.server.provider();
    const interaction = await provider.interactionDetails(request, response).catch((error: Error) => {
      if (error.name === 'SessionNotFound') return undefined;
      throw error;
    });
    if (!interaction || interaction.uid !== uid || interaction.isExpired) throw expired();
    return interaction;
  }
}

/** Who runs the tenant; from where their own credential may be used. */
function mayApprove({ kind, tenantId, allowedIps }: Principal, ofTenant: string, ip: string): boolean {
  const runsIt = kind === 'operator' || (kind === 'admin' && tenantId === ofTenant);
  return runsIt && (!allowedIps.length || isAllowed(ip, allowedIps));
}

/** A consent ends with the fifth token that may not approve it: then it has to begin anew at the client. */
async function countAttempt(interaction: Interaction): Promise<void> {
  const { attempts = 0 } = (interaction.lastSubmission ?? {}) as { attempts?: number };
  interaction.lastSubmission = { attempts: attempts + 1 };
  await (attempts + 1 < MOST_ATTEMPTS ? interaction.persist() : interaction.destroy());
}

function scopesOf({ scope }: { readonly scope?: unknown }): string[] {
  return String(scope).split(' ');
}

function expired() {
  return problem(400, 'This page has expired, or was opened in another browser. Begin again in the application.');
}
