import { ANY_OBJECT, BOOLEAN, type ControllerDescription, listOf, oneOf, orNull, shape, TEXT } from '../openapi';
import { SimulationDto } from './simulation.dto';

const AVA = '0192f6c1-7d11-7b20-a3a4-6a1d3a7b9c01';
const GROUP = '01931f6e-7a00-7cc5-bbf4-5c116262a774';

/** What rules can do, and what an event would make them do (contract §7). */
export const LIFECYCLE = {
  tag: 'Lifecycle',
  operations: {
    actions: {
      summary: 'List what rules can do.',
      acrossTenants: true,
      answers: {
        200: {
          description: 'Every action, those of arriving and returning as well.',
          schema: listOf(
            shape({
              action: { ...TEXT, description: 'As documents name it.' },
              about: TEXT,
              arguments: { ...ANY_OBJECT, description: 'JSON Schema of its arguments.' },
              destructive: { ...BOOLEAN, description: 'Whether a safeguard may hold it.' },
              undoable: { ...BOOLEAN, description: 'Whether it is undone when the person returns.' },
            }),
          ),
          example: [
            {
              action: 'revoke_taskade_access',
              about: 'Ends every session, token and grant of the person.',
              arguments: { type: 'object', additionalProperties: false, properties: {} },
              ...{ destructive: false, undoable: true },
            },
          ],
        },
      },
    },
    simulate: {
      summary: 'Say which rules an event would fire and what each action would do; nothing is changed.',
      description: 'The actions are carried out as a worker would, in a transaction that is rolled back.',
      body: {
        schema: SimulationDto,
        examples: {
          'somebody leaves': { event: { type: 'user.deactivated', userId: AVA } },
          'somebody leaves a group': { event: { type: 'group.member_removed', userId: AVA, groupId: GROUP } },
        },
      },
      answers: {
        200: {
          description: 'What would be done, in this order.',
          schema: shape({
            fires: listOf(
              shape({
                rule: oneOf('user_removal', 'group_removal', 'user_creation', 'reactivation'),
                trigger: TEXT,
                heldBy: { ...orNull(TEXT), description: 'The safeguard that would hold the destructive actions.' },
                actions: listOf(
                  shape({
                    action: TEXT,
                    state: oneOf('done', 'held'),
                    description: { ...TEXT, description: 'What it would do, in a sentence for people.' },
                    result: orNull(ANY_OBJECT),
                  }),
                ),
              }),
            ),
          }),
          example: {
            fires: [
              {
                ...{ rule: 'user_removal', trigger: 'user_deactivated_in_okta', heldBy: null },
                actions: [
                  {
                    ...{ action: 'revoke_taskade_access', state: 'done' },
                    ...{ description: '2 sessions and 1 grant ended.', result: { sessions: 2, grants: 1 } },
                  },
                ],
              },
            ],
          },
        },
      },
      refusals: {
        400: {
          detail: '/event/groupId: must be given for group.member_removed',
          errors: [{ pointer: '/event/groupId', detail: 'must be given for group.member_removed' }],
        },
      },
    },
  },
} satisfies ControllerDescription;
