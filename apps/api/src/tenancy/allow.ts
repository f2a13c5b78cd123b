import { SetMetadata } from '@nestjs/common';
import type { CredentialKind } from '@provost/entities';

export const ALLOWED = 'provost:allowed';
/** Declares which kinds of credentials may call a route; a route that declares nothing refuses everybody. */
export const Allow = (...kinds: CredentialKind[]) => SetMetadata(ALLOWED, kinds);
/** A route for which no credential is asked. */
export const Public = () => SetMetadata(ALLOWED, 'public');

/** Who may call a method of a controller, as the guard has it: what the method declares, else what the controller does. */
export function callersOf(controller: object, handler: object): readonly CredentialKind[] | 'public' {
  const declared = (on: object) => Reflect.getMetadata(ALLOWED, on) as readonly CredentialKind[] | 'public' | undefined;
  return declared(handler) ?? declared(controller) ?? [];
}
