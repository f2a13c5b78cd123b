import { Inject, Injectable } from '@nestjs/common';
import type { ActionCode } from '@provost/access-policy';
import { Environment } from '../../config';
import { Outbox } from '../../mail';
import { Sessions } from '../../sessions';
import { Webhooks } from '../../webhooks';
import { AccessWithout } from '../access-without';
import { adjustPermissions } from './adjust-permissions';
import { archiveUserContent } from './archive-user-content';
import { assignDefaultRole } from './assign-default-role';
import { callWebhook } from './call-webhook';
import type { LifecycleAction } from './lifecycle-action';
import { notifyTeamMembers } from './notify-team-members';
import { removeFromProjects } from './remove-from-projects';
import { revokeAccess } from './revoke-access';
import { transferOwnership } from './transfer-ownership';
import { transferResponsibilities } from './transfer-responsibilities';
import { undoRemoval } from './undo-removal';
import { welcomeEmail } from './welcome-email';

/** Every action, by its code name. The type demands one for each that is defined (libs/access-policy/src/actions). */
@Injectable()
export class ActionRegistry {
  private readonly actions: Readonly<Record<ActionCode, LifecycleAction>>;

  constructor(
    @Inject(Environment) { APP_NAME }: Environment,
    @Inject(AccessWithout) access: AccessWithout,
    @Inject(Sessions) sessions: Sessions,
    @Inject(Outbox) outbox: Outbox,
    @Inject(Webhooks) webhooks: Webhooks,
  ) {
    this.actions = {
      revoke_access: revokeAccess(sessions),
      transfer_ownership: transferOwnership,
      archive_user_content: archiveUserContent,
      notify_team_members: notifyTeamMembers(outbox, APP_NAME),
      adjust_permissions: adjustPermissions(access),
      remove_from_projects: removeFromProjects(access),
      transfer_responsibilities: transferResponsibilities,
      call_webhook: callWebhook(webhooks),
      assign_default_role: assignDefaultRole(access),
      welcome_email: welcomeEmail(outbox, APP_NAME),
      undo_removal: undoRemoval(() => this.all),
    };
  }

  get all(): readonly LifecycleAction[] {
    return Object.values(this.actions);
  }

  get(code: ActionCode): LifecycleAction {
    return this.actions[code];
  }
}
