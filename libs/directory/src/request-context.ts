import type { Scope } from '@provost/entities';
import type { EventContext } from '@provost/event-log';
import type { ClientProfile, SchemaRegistry } from '@provost/scim-protocol';

/** What every call of the directory knows of the request that it serves. */
export interface RequestContext {
  readonly scope: Scope & { readonly credentialId: string };
  /** Who and through which request, for the event log. */
  readonly event: EventContext;
  readonly profile: ClientProfile;
  readonly registry: SchemaRegistry;
  /** Public SCIM base URL without a trailing slash: what meta.location begins with. */
  readonly baseUrl: string;
}

/** What a change of one person needs of it; without a credential it is the product's own, such as a restoration. */
export type PersonContext = Pick<RequestContext, 'event' | 'baseUrl'> & { readonly scope: Scope };
