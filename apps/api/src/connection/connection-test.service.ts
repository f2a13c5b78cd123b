import { Inject, Injectable } from '@nestjs/common';
import type { EventContext } from '@provost/event-log';
import { Environment } from '../config';
import { CredentialsService } from '../tenancy';
import { connectionSteps, type StepResult } from './connection-steps';

/** Longer than all steps may take. */
const CREDENTIAL_LIFE_MS = 2 * 60_000;

/** Calls this service as Okta would, at its public URL (contract §3). */
@Injectable()
export class ConnectionTestService {
  constructor(
    @Inject(CredentialsService) private readonly credentials: CredentialsService,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  /** With a credential of its own, which may only read and ends with the test. */
  async run(tenantId: string, context: EventContext): Promise<{ ok: boolean; steps: StepResult[] }> {
    const expiresAt = new Date(Date.now() + CREDENTIAL_LIFE_MS);
    const input = { kind: 'scim', name: 'connection test', scopes: ['scim:read'], expiresAt } as const;
    const { id, token } = await this.credentials.create(tenantId, { ...input, scopes: [...input.scopes] }, context);
    try {
      const steps = await connectionSteps(this.environment.scimBaseUrl, token);
      return { ok: steps.every(({ ok }) => ok), steps };
    } finally {
      await this.credentials.revoke(tenantId, id, context);
    }
  }
}
