/** A rule of a document that may name actions. */
export type ActingRule = 'user_creation' | 'user_removal' | 'group_removal';

/** What a document may say of an action; who carries it out is no matter of documents. */
export interface ActionDefinition {
  /** One sentence for people. */
  readonly about: string;
  /** JSON Schema of its arguments. */
  readonly schema: ArgumentSchema;
  /** Whether a safeguard may hold it. */
  readonly destructive: boolean;
  /** The rules that may name it; those of none follow from other keys, or from a return. */
  readonly rules: readonly ActingRule[];
}
export interface ArgumentSchema {
  readonly type: 'object';
  readonly additionalProperties: false;
  readonly required?: readonly string[];
  readonly properties: Readonly<Record<string, object>>;
}

const NO_ARGUMENTS: ArgumentSchema = { type: 'object', additionalProperties: false, properties: {} };
const HEIRS: ArgumentSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    fallback_owner: {
      description: 'Id, externalId, userName or e-mail of whoever gets the content when there is no manager.',
      type: 'string',
      minLength: 1,
      maxLength: 500,
    },
  },
};
const LEAVING: readonly ActingRule[] = ['user_removal', 'group_removal'];

/** Every action by its code name, in the order in which they are listed. Whoever carries them out has one implementation for each. */
export const ACTION_DEFINITIONS = {
  revoke_access: {
    about: 'Ends every session, token and grant of the person.',
    ...{ schema: NO_ARGUMENTS, destructive: false, rules: LEAVING },
  },
  transfer_ownership: {
    about: 'Hands everything that the person owns on to their manager, else to the fallback owner.',
    ...{ schema: HEIRS, destructive: true, rules: LEAVING },
  },
  archive_user_content: {
    about: 'Archives what the person owns or owned until it was handed on.',
    ...{ schema: NO_ARGUMENTS, destructive: true, rules: LEAVING },
  },
  notify_team_members: {
    about: 'Tells the manager and whoever shares a project with the person, by mail.',
    ...{ schema: NO_ARGUMENTS, destructive: false, rules: LEAVING },
  },
  adjust_permissions: {
    about: 'Computes the access of the person again and records it before and after.',
    ...{ schema: NO_ARGUMENTS, destructive: false, rules: LEAVING },
  },
  remove_from_projects: {
    about: 'Takes the person out of the projects of workspaces to which no remaining source gives access.',
    ...{ schema: NO_ARGUMENTS, destructive: true, rules: LEAVING },
  },
  transfer_responsibilities: {
    about: 'Hands on the content that the person owns in the projects of which they are no longer a member.',
    ...{ schema: HEIRS, destructive: true, rules: LEAVING },
  },
  call_webhook: {
    about: 'Calls a webhook with the person and what the actions before it did.',
    schema: {
      type: 'object',
      additionalProperties: false,
      required: ['endpoint'],
      properties: {
        endpoint: {
          description: 'The id of a webhook, or an address; one that no webhook has gets a webhook of its own.',
          type: 'string',
          maxLength: 2_000,
          pattern:
            '^(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[hH][tT][tT][pP][sS]?://[^\\s/?#@]+(?:[/?][^\\s#]*)?)$',
          'x-fault':
            'must be the id of a webhook, or an http or https address without a user name, password or fragment',
          examples: ['https://app.example.com/hooks/leavers'],
        },
        event: {
          description: 'The type of the message.',
          type: 'string',
          maxLength: 100,
          pattern: '^[a-z0-9_]+(?:\\.[a-z0-9_]+)*$',
          examples: ['employee.left'],
          default: 'lifecycle.webhook',
        },
      },
    },
    ...{ destructive: false, rules: ['user_creation', ...LEAVING] },
  },
  assign_default_role: {
    about: 'Gives the default role to whom no other source gives one.',
    schema: {
      type: 'object',
      additionalProperties: false,
      required: ['role'],
      properties: { role: { type: 'string' } },
    },
    ...{ destructive: false, rules: [] },
  },
  welcome_email: {
    about: 'Greets the person by mail, in their language where there is a template in it.',
    ...{ schema: NO_ARGUMENTS, destructive: false, rules: [] },
  },
  undo_removal: {
    about: 'Gives content, projects and grants back to somebody who has returned.',
    ...{ schema: NO_ARGUMENTS, destructive: false, rules: [] },
  },
} satisfies Record<string, ActionDefinition>;

export type ActionCode = keyof typeof ACTION_DEFINITIONS;

/** The code names of the actions that a rule may name, in their order. */
export function actionsOfRule(rule: ActingRule): ActionCode[] {
  return ACTION_CODES.filter((code) => definitionOf(code).rules.includes(rule));
}

export const ACTION_CODES = Object.keys(ACTION_DEFINITIONS) as readonly ActionCode[];

export function definitionOf(code: ActionCode): ActionDefinition {
  return ACTION_DEFINITIONS[code];
}

/** How a document calls an action: one is called after the application. */
export function nameOfAction(action: ActionCode, appName: string): string {
  return action === 'revoke_access' ? `revoke_${appName}_access` : action;
}

/** The action that a document calls so. @returns undefined when there is none */
export function actionOfName(name: string, appName: string): ActionCode | undefined {
  return ACTION_CODES.find((action) => nameOfAction(action, appName) === name);
}
