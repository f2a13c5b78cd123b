import { ACTION_DEFINITIONS } from '@provost/access-policy';
import { handContentOn, returnContent } from './handing-on';
import { counted, type LifecycleAction } from './lifecycle-action';

export const transferResponsibilities: LifecycleAction = {
  code: 'transfer_responsibilities',
  ...ACTION_DEFINITIONS.transfer_responsibilities,
  execute: (batch) => handContentOn(batch, 'left_projects'),
  describe: {
    en: ({ moved, to }, nameOf) =>
      moved
        ? `${counted(moved, 'piece', 'pieces')} of content in the projects that were left handed on to ${nameOf(to as string)}.`
        : 'No content in the projects that were left.',
    de: ({ moved, to }, nameOf) =>
      moved
        ? `${counted(moved, 'Inhalt', 'Inhalte')} der verlassenen Projekte an ${nameOf(to as string)} übergeben.`
        : 'Es gibt keine Inhalte in den verlassenen Projekten.',
  },
  undo: returnContent,
};
