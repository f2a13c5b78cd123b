import { type Finding, pointerTo } from '../document';
import {
  type ActingRule,
  actionOfName,
  type ActionCode,
  actionsOfRule,
  definitionOf,
  nameOfAction,
} from './action-definitions';

/** An action in a list of a document: its name, or an object of its name and its arguments. */
export type ActionEntry = string | ({ readonly action: string } & Readonly<Record<string, unknown>>);

/** An action with its arguments, as they are carried out. */
export interface RuleAction {
  readonly action: ActionCode;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** JSON Schema of the list of actions of a rule. */
export function actionsSchema(rule: ActingRule, appName: string): object {
  const codes = actionsOfRule(rule);
  const names = codes.map((code) => nameOfAction(code, appName));
  return {
    description:
      'What is done, in this order; each action is repeated until it has succeeded. One that takes arguments is written as an object.',
    type: 'array',
    minItems: 1,
    maxItems: 50,
    uniqueItems: true,
    items: {
      anyOf: [
        {
          type: 'string',
          enum: names,
          allOf: codes.filter((code) => definitionOf(code).schema.required?.length).map((code) => bareRefused(code)),
        },
        {
          title: 'Action with arguments',
          type: 'object',
          required: ['action'],
          properties: { action: { type: 'string', enum: names } },
          allOf: codes.map((code) => withArguments(code, nameOfAction(code, appName))),
        },
      ],
    },
  };
}

function bareRefused(code: ActionCode): object {
  const needed = definitionOf(code).schema.required!.map((name) => `"${name}": …`);
  return {
    not: { const: code },
    'x-fault': `takes arguments; write it as {"action": "${code}", ${needed.join(', ')}}`,
  };
}

function withArguments(code: ActionCode, name: string): object {
  const { properties, required = [] } = definitionOf(code).schema;
  return {
    if: { required: ['action'], properties: { action: { const: name } } },
    then: {
      title: `The action ${name}`,
      properties: { action: true, ...properties },
      required,
      additionalProperties: false,
    },
  };
}

/** The actions of a list that fits its schema. */
export function actionsOf(entries: readonly ActionEntry[], appName: string): RuleAction[] {
  return entries.flatMap((entry) => {
    const { action: name, ...given } = typeof entry === 'string' ? { action: entry } : entry;
    const action = actionOfName(name, appName);
    return action ? [{ action, arguments: given }] : [];
  });
}

/** Faults that no schema says: an action stands in a list once, but for one that does another thing with other arguments. */
export function actionFaults(pointer: string, entries: readonly ActionEntry[]): Finding[] {
  const first = new Map<string, number>();
  return entries.flatMap((entry, i): Finding[] => {
    const name = typeof entry === 'string' ? entry : entry.action;
    const before = first.get(name);
    first.set(name, before ?? i);
    if (before === undefined || name === 'call_webhook') return [];
    return [{ pointer: pointerTo(pointer, i), detail: `is the action of entry ${before} again; once is enough` }];
  });
}
