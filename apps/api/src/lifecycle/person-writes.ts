import { Inject, Injectable } from '@nestjs/common';
import { Users } from '@provost/directory';
import { TenantDatabase } from '@provost/entities';
import { type EventContext, EventSignal } from '@provost/event-log';
import { NotFound, parseProjection, PreconditionFailed } from '@provost/scim-protocol';
import { Environment } from '../config';
import { TenantRegistries } from '../scim';

/** Changes people the way SCIM does, with the same events, on our own account or an administrator's. */
@Injectable()
export class PersonWrites {
  private readonly users: Users;

  constructor(
    @Inject(TenantDatabase) db: TenantDatabase,
    @Inject(EventSignal) signal: EventSignal,
    @Inject(TenantRegistries) private readonly registries: TenantRegistries,
    @Inject(Environment) private readonly environment: Environment,
  ) {
    this.users = new Users(db, signal);
  }

  /** @returns false when there is no such user */
  async activate(tenantId: string, id: string, context: EventContext): Promise<boolean> {
    const type = (await this.registries.of(tenantId)).type('User');
    const edit = (current: object) => ({ resource: { ...current, active: true }, password: false });
    const projection = parseProjection(type, { attributes: 'active' });
    try {
      await this.users.edit(this.context(tenantId, context), type, id, undefined, projection, edit);
      return true;
    } catch (error) {
      if (error instanceof NotFound) return false;
      throw error;
    }
  }

  /** Deletes somebody who is still as they were read. @returns false when they are not */
  async delete(tenantId: string, id: string, version: number, context: EventContext): Promise<boolean> {
    const type = (await this.registries.of(tenantId)).type('User');
    try {
      await this.users.delete(this.context(tenantId, context), type, id, `W/"${version}"`);
      return true;
    } catch (error) {
      // Gone already, which is what was wanted.
      if (error instanceof NotFound) return true;
      if (error instanceof PreconditionFailed) return false;
      throw error;
    }
  }

  private context(tenantId: string, event: EventContext) {
    return { scope: { tenantId }, event, baseUrl: this.environment.scimBaseUrl };
  }
}
