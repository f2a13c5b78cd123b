import { handContentOn, returnContent } from './handing-on';
import { counted, type LifecycleAction } from './lifecycle-action';
import { HEIRS } from './transfer-ownership';

export const transferResponsibilities: LifecycleAction = {
  code: 'transfer_responsibilities',
  about: 'Hands on the content that the person owns in the projects of which they are no longer a member.',
  schema: HEIRS,
  destructive: true,
  execute: (batch) => handContentOn(batch, 'left_projects'),
  describe: ({ moved, to }, nameOf) =>
    moved
      ? `${counted(moved, 'piece', 'pieces')} of content in the projects that were left handed on to ${nameOf(to as string)}.`
      : 'No content in the projects that were left.',
  undo: returnContent,
};
