import { handContentOn, returnContent } from './handing-on';
import { counted, type LifecycleAction } from './lifecycle-action';

/** Also of transfer_responsibilities. */
export const HEIRS = {
  type: 'object',
  additionalProperties: false,
  properties: {
    fallback_owner: {
      description: 'Id, externalId, userName or e-mail of whoever gets the content when there is no manager.',
      type: 'string',
    },
  },
} as const;

export const transferOwnership: LifecycleAction = {
  code: 'transfer_ownership',
  about: 'Hands everything that the person owns on to their manager, else to the fallback owner.',
  schema: HEIRS,
  destructive: true,
  execute: (batch) => handContentOn(batch, 'all'),
  describe: ({ moved, to }, nameOf) =>
    moved
      ? `${counted(moved, 'piece', 'pieces')} of content handed on to ${nameOf(to as string)}.`
      : 'No content to hand on.',
  undo: returnContent,
};
