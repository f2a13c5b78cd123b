import { ACTION_DEFINITIONS } from '@provost/access-policy';
import { handContentOn, returnContent } from './handing-on';
import { counted, type LifecycleAction } from './lifecycle-action';

export const transferOwnership: LifecycleAction = {
  code: 'transfer_ownership',
  ...ACTION_DEFINITIONS.transfer_ownership,
  execute: (batch) => handContentOn(batch, 'all'),
  describe: {
    en: ({ moved, to }, nameOf) =>
      moved
        ? `${counted(moved, 'piece', 'pieces')} of content handed on to ${nameOf(to as string)}.`
        : 'No content to hand on.',
    de: ({ moved, to }, nameOf) =>
      moved
        ? `${counted(moved, 'Inhalt', 'Inhalte')} an ${nameOf(to as string)} übergeben.`
        : 'Es gibt keine Inhalte zu übergeben.',
  },
  undo: returnContent,
};
