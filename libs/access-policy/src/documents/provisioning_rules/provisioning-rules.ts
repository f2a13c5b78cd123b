import type { ActionEntry } from '../../actions';

/** The document provisioning_rules (contract §5): what happens when a person arrives. */
export interface ProvisioningRules {
  readonly user_creation?: {
    /** When the rule fires; `user_created` where nothing is said. */
    readonly trigger?: 'user_added_to_group' | 'user_created';
    /** Field of the profile → where it comes from, e.g. `user.email`. */
    readonly attributes?: Readonly<Record<string, string>>;
    /** Held by an active person to whom no other source gives a role. */
    readonly default_role?: string;
    readonly welcome_email?: boolean;
    /** What is done besides, after the role and the welcome. */
    readonly actions?: readonly ActionEntry[];
  };
}
