import {
  BOOLEAN,
  type ControllerDescription,
  COUNT,
  ID,
  type JsonSchema,
  listOf,
  oneOf,
  ref,
  shape,
  TEXT,
  TIME,
} from '../openapi';
import { ANY_DOCUMENT, DOCUMENT_NAME, MISFIT } from '../policy-documents';
import { SEMANTICS } from './evaluation-request';

const AVA = '0192f6c1-7d11-7b20-a3a4-6a1d3a7b9c01';
const SUPPORT = { type: 'group_mapping', group: 'support', path: ['support'] };
const REASONS = [
  'granted',
  'no_source',
  'user_inactive',
  'user_staged',
  'user_unknown',
  'step_up_required',
  'malformed',
];
const PLACES = ['not_in_workspace', 'unknown_resource'];

const named = (kind: string): JsonSchema => shape({ [kind]: TEXT, sources: listOf(ref('Source')) });
const source = (type: string, members: Record<string, JsonSchema>, ...optional: string[]): JsonSchema =>
  shape({ type: { const: type }, ...members }, ...optional);

const SCHEMAS = {
  Source: {
    description: 'Why somebody has something.',
    oneOf: [
      source('group_mapping', { group: TEXT, groupId: ID, path: listOf(TEXT) }, 'groupId'),
      source('group_hierarchy', { group: TEXT, path: listOf(TEXT) }),
      source('access_rule', { rule: TEXT }),
      source('project', { project: TEXT }),
      source('grant', { grantId: ID, expiresAt: TIME }),
      source('provisioning_rule', {}),
    ],
  },
  Access: shape({
    userId: ID,
    active: BOOLEAN,
    status: oneOf('active', 'staged', 'inactive'),
    roles: listOf(shape({ role: TEXT, sources: listOf(ref('Source')), expiresAt: TIME }, 'expiresAt')),
    permissions: listOf(named('permission')),
    workspaces: listOf(named('workspace')),
  }),
} satisfies Record<string, JsonSchema>;

/** What somebody has (contract §6). */
export const ACCESS = {
  tag: 'Access',
  path: { id: { description: 'The id of a user, as SCIM answers it.', schema: ID, example: AVA } },
  schemas: SCHEMAS,
  operations: {
    access: {
      summary: 'Read what a user has, now, and every source that gives it.',
      description: 'An inactive or staged user has nothing.',
      answers: {
        200: {
          description: 'Roles, permissions and workspaces.',
          schema: ref('Access'),
          example: {
            ...{ userId: AVA, active: true, status: 'active' },
            roles: [{ role: 'agent', sources: [SUPPORT] }],
            permissions: [{ permission: 'tickets', sources: [SUPPORT] }],
            workspaces: [{ workspace: 'department_support', sources: [SUPPORT] }],
          },
        },
      },
      refusals: { 404: 'There is no user with this id.' },
    },
  },
} satisfies ControllerDescription;

const QUESTION = {
  subject: { type: 'user', id: AVA },
  action: { name: 'tickets' },
  resource: { type: 'workspace', id: 'department_support' },
};
const ENTITY: JsonSchema = {
  ...shape({ type: TEXT, id: { type: 'string', minLength: 1, maxLength: 500 } }),
  additionalProperties: true,
};
const PARTS = {
  subject: { ...ENTITY, description: 'The type `user`, and the id that SCIM answers.' },
  action: { ...shape({ name: TEXT }), additionalProperties: true, description: 'The name of a permission.' },
  resource: { ...ENTITY, description: 'The types workspace, project and content are known, by their keys.' },
  context: {
    type: 'object',
    properties: { mfa: BOOLEAN, device_trusted: BOOLEAN },
    description: 'What the session has, for rules that require a step-up.',
  },
} satisfies Record<string, JsonSchema>;
const MISSING = {
  detail: '/subject is missing.',
  errors: [{ pointer: '/subject', detail: 'is missing' }],
};
const GRANTED = { decision: true, context: { reason: 'granted', sources: [SUPPORT] } };

/** The app's question (contract §6). */
export const EVALUATIONS = {
  tag: 'Access',
  schemas: {
    ...SCHEMAS,
    EvaluationRequest: { ...shape(PARTS, 'context'), additionalProperties: true },
    EvaluationsRequest: {
      type: 'object',
      properties: {
        ...PARTS,
        evaluations: {
          ...listOf({ type: 'object', properties: PARTS }),
          maxItems: 1_000,
          description: 'The questions; what one leaves out, it takes from beside this list.',
        },
        options: shape(
          { evaluations_semantic: { ...oneOf(...SEMANTICS), default: 'execute_all' } },
          'evaluations_semantic',
        ),
      },
    },
    Evaluation: shape({
      decision: BOOLEAN,
      context: shape(
        {
          reason: oneOf(...REASONS, ...PLACES),
          sources: { ...listOf(ref('Source')), description: 'What gives the permission there.' },
          step_up: { ...listOf(oneOf('mfa', 'device_trusted')), description: 'What the session lacks.' },
          error: {
            ...shape({ status: COUNT, message: TEXT }),
            description: 'Why one of several could not be asked; the reason is malformed.',
          },
        },
        ...['step_up', 'error'],
      ),
    }),
  },
  operations: {
    evaluate: {
      summary: 'Ask whether a user may do something to a resource, now, and why (OpenID AuthZEN 1.0).',
      description: 'Nobody, and whoever is no user, may nothing: that is a decision and no error.',
      body: { schema: ref('EvaluationRequest'), examples: { question: { ...QUESTION, context: { mfa: true } } } },
      answers: { 200: { description: 'The decision.', schema: ref('Evaluation'), example: GRANTED } },
      refusals: { 400: MISSING },
    },
    evaluateAll: {
      summary: 'Ask many such questions at once (OpenID AuthZEN 1.0).',
      description:
        'One that is malformed is answered in its place with no and an `error`; the others stand. What is wrong around the list refuses the whole.',
      body: {
        schema: ref('EvaluationsRequest'),
        examples: {
          'two workspaces': {
            ...{ subject: QUESTION.subject, action: QUESTION.action },
            evaluations: [{ resource: QUESTION.resource }, { resource: { type: 'workspace', id: 'department_sales' } }],
          },
        },
      },
      answers: {
        200: {
          description: 'The decisions in the order of the questions; without `evaluations`, the decision alone.',
          schema: { anyOf: [shape({ evaluations: listOf(ref('Evaluation')) }), ref('Evaluation')] },
          example: {
            evaluations: [GRANTED, { decision: false, context: { reason: 'not_in_workspace', sources: [SUPPORT] } }],
          },
        },
      },
      refusals: { 400: MISSING },
    },
    configuration: {
      summary: 'Read where the evaluations are (OpenID AuthZEN 1.0 §9.2).',
      answers: {
        200: {
          description: 'The addresses.',
          schema: {
            ...shape({
              policy_decision_point: TEXT,
              access_evaluation_endpoint: TEXT,
              access_evaluations_endpoint: TEXT,
            }),
            additionalProperties: true,
          },
          example: {
            policy_decision_point: 'http://localhost:3000',
            access_evaluation_endpoint: 'http://localhost:3000/access/v1/evaluation',
            access_evaluations_endpoint: 'http://localhost:3000/access/v1/evaluations',
          },
        },
      },
    },
  },
} satisfies ControllerDescription;

/** What a document would change (contract §5). */
export const PLAN = {
  tag: 'Policy documents',
  path: { name: DOCUMENT_NAME },
  schemas: {
    AccessNames: shape({ roles: listOf(TEXT), permissions: listOf(TEXT), workspaces: listOf(TEXT) }),
    Plan: shape({
      warnings: listOf(ref('Finding')),
      changes: listOf(shape({ userId: ID, userName: TEXT, gained: ref('AccessNames'), lost: ref('AccessNames') })),
      summary: shape({
        users: { ...COUNT, description: 'Whose access would differ.' },
        gained: { ...COUNT, description: 'Who would gain something.' },
        lost: { ...COUNT, description: 'Who would lose something.' },
      }),
    }),
  },
  operations: {
    plan: {
      summary: 'Say whose access a document would change, and change nothing.',
      description: 'The answer is streamed: with many users its first lines come before the last of them are compared.',
      body: ANY_DOCUMENT,
      answers: {
        200: {
          description: 'Who would gain and lose what.',
          schema: ref('Plan'),
          example: {
            warnings: [],
            changes: [
              {
                ...{ userId: AVA, userName: 'ava@corp.example' },
                gained: { roles: ['agent'], permissions: ['tickets'], workspaces: [] },
                lost: { roles: [], permissions: [], workspaces: [] },
              },
            ],
            summary: { users: 1, gained: 1, lost: 0 },
          },
        },
      },
      refusals: { 404: 'There is no policy document of this name. The names are group_mappings, …', 422: MISFIT },
    },
  },
} satisfies ControllerDescription;
