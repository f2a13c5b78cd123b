import type { Attempt } from './endpoint-client';
import type { Message } from './payload';

/** A delivery that this worker is to send. */
export interface Claim extends Message {
  readonly tenantId: string;
  readonly webhook_id: string;
  readonly url: string;
  readonly secret: Buffer;
  readonly previous_secret: Buffer | null;
  readonly attempts: number;
  /** The worker's name when it was claimed. */
  readonly worker: string;
}

export interface Settled {
  readonly claim: Claim;
  readonly attempt: Attempt;
}
