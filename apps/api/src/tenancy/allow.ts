import { SetMetadata } from '@nestjs/common';
import type { CredentialKind } from '@provost/entities';

export const ALLOWED = 'provost:allowed';
/** Declares which kinds of credentials may call a route; a route that declares nothing refuses everybody. */
export const Allow = (...kinds: CredentialKind[]) => SetMetadata(ALLOWED, kinds);
/** A route for which no credential is asked. */
export const Public = () => SetMetadata(ALLOWED, 'public');
