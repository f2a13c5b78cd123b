import {
  BOOLEAN,
  type ControllerDescription,
  ID,
  type JsonSchema,
  listOf,
  orNull,
  pageOf,
  type Parameter,
  ref,
  shape,
  TEXT,
  TIME,
} from '../openapi';
import { ContentDto, ProjectDto, ProjectMemberDto, WorkspaceDto } from './resources.dto';

const AVA = '0192f6c1-7d11-7b20-a3a4-6a1d3a7b9c01';
const TIMES = { createdAt: '2026-11-24T08:00:00.000Z', updatedAt: '2026-11-24T09:30:00.000Z' };
const OWN =
  'Other members are the attributes of your own; they are kept and returned as they are, up to 16 KiB together.';

/** What the app registered, with whatever attributes it gave. */
const registered = (properties: Record<string, JsonSchema>, ...optional: string[]): JsonSchema => ({
  ...shape({ key: TEXT, ...properties, createdAt: TIME, updatedAt: TIME }, ...optional),
  additionalProperties: true,
  description: OWN,
});
const key = (example: string): Parameter => ({
  description: "The app's own key, compared byte by byte.",
  schema: { type: 'string', minLength: 1, maxLength: 200 },
  example,
});
const user: Parameter = { description: 'The id of a user, as SCIM answers it.', schema: ID, example: AVA };
const page = (what: string, name: string, example: unknown) => ({
  200: {
    description: `A page of ${what}.`,
    schema: pageOf(ref(name)),
    example: { items: [example], nextCursor: null },
  },
});
const BUSY = 'Several requests change this at once. Send the request again in a moment.';
const put = (what: string, name: string, example: unknown) => ({
  200: { description: `The ${what} as it is now.`, schema: ref(name), example },
  201: { description: `The ${what} is registered.`, schema: ref(name), example },
});

const WORKSPACE = { key: 'department_support', name: 'Support', color: 'blue', ...TIMES };
const NO_WORKSPACE = 'There is no workspace of that key.';

/** Workspaces (contract §6). */
export const WORKSPACES = {
  tag: 'Workspaces',
  path: { key: key(WORKSPACE.key) },
  schemas: { WorkspaceView: registered({ name: TEXT }) },
  operations: {
    put: {
      summary: 'Register a workspace or change it; saying the same again changes nothing.',
      description: OWN,
      body: { schema: WorkspaceDto, open: true, examples: { support: { name: 'Support', color: 'blue' } } },
      answers: put('workspace', 'WorkspaceView', WORKSPACE),
      refusals: { 409: BUSY },
    },
    get: {
      summary: 'Read a workspace.',
      answers: { 200: { description: 'The workspace.', schema: ref('WorkspaceView'), example: WORKSPACE } },
      refusals: { 404: NO_WORKSPACE },
    },
    list: {
      summary: 'List workspaces in the order of their keys.',
      paged: true,
      answers: page('workspaces', 'WorkspaceView', WORKSPACE),
    },
    remove: {
      summary: 'Remove an empty workspace.',
      answers: { 204: { description: 'It is gone.' } },
      refusals: {
        404: NO_WORKSPACE,
        409: 'The workspace still holds 2 projects and 1 piece of content. Move or remove them first.',
      },
    },
  },
} satisfies ControllerDescription;

const PROJECT = { key: 'apollo', name: 'Apollo', workspace: WORKSPACE.key, members: [AVA], ...TIMES };
const NO_PROJECT = 'There is no project of that key.';

/** Projects and their members (contract §6). */
export const PROJECTS = {
  tag: 'Workspaces',
  path: { key: key(PROJECT.key), userId: user },
  schemas: {
    ProjectView: registered(
      {
        name: TEXT,
        workspace: orNull(TEXT),
        members: { ...listOf(ID), description: 'In a list only when they were asked for.' },
      },
      'members',
    ),
    Member: shape({ project: TEXT, userId: ID }),
  },
  operations: {
    put: {
      summary: 'Register a project or change it, with its members where they are given.',
      description: `Saying the same again changes nothing. ${OWN}`,
      body: {
        schema: ProjectDto,
        open: true,
        examples: { apollo: { name: 'Apollo', workspace: WORKSPACE.key, members: [AVA] } },
      },
      answers: put('project', 'ProjectView', PROJECT),
      refusals: {
        400: {
          detail: '/workspace: is not a registered workspace; register it first',
          errors: [{ pointer: '/workspace', detail: 'is not a registered workspace; register it first' }],
        },
        409: BUSY,
      },
    },
    get: {
      summary: 'Read a project with its members.',
      answers: { 200: { description: 'The project.', schema: ref('ProjectView'), example: PROJECT } },
      refusals: { 404: NO_PROJECT },
    },
    list: {
      summary: 'List projects in the order of their keys.',
      query: {
        workspace: { description: 'Only those in this workspace.', example: WORKSPACE.key },
        members: { description: '`true` to have their members with them.', schema: { type: 'string', enum: ['true'] } },
      },
      paged: true,
      answers: page('projects', 'ProjectView', PROJECT),
    },
    remove: {
      summary: 'Remove a project that holds no content.',
      answers: { 204: { description: 'It is gone.' } },
      refusals: { 404: NO_PROJECT, 409: 'The project still holds 1 piece of content. Move or remove them first.' },
    },
    addMember: {
      summary: 'Take a user into a project.',
      body: { schema: ProjectMemberDto, examples: { ava: { userId: AVA } } },
      answers: {
        200: {
          description: 'They were in it already.',
          schema: ref('Member'),
          example: { project: PROJECT.key, userId: AVA },
        },
        201: {
          description: 'They are in it now.',
          schema: ref('Member'),
          example: { project: PROJECT.key, userId: AVA },
        },
      },
      refusals: { 404: NO_PROJECT },
    },
    removeMember: {
      summary: 'Take a user out of a project.',
      answers: { 204: { description: 'They are out.' } },
      refusals: { 404: 'The user is not a member of a project of that key.' },
    },
  },
} satisfies ControllerDescription;

const REPORT = {
  ...{ key: 'report-2026', type: 'document', ownerId: AVA, project: PROJECT.key, workspace: WORKSPACE.key },
  ...{ classification: 'internal', archived: false, archivedAt: null, ...TIMES },
};
const NO_CONTENT = 'There is no content of that key.';

/** Content (contract §6). */
export const CONTENT = {
  tag: 'Workspaces',
  path: { key: key(REPORT.key) },
  schemas: {
    ContentView: registered({
      type: TEXT,
      ownerId: ID,
      project: orNull(TEXT),
      workspace: orNull(TEXT),
      classification: orNull(TEXT),
      archived: BOOLEAN,
      archivedAt: orNull(TIME),
    }),
  },
  operations: {
    put: {
      summary: 'Register a piece of content or change it; it stays archived if it was.',
      description: `What is in a project is in the project's workspace. ${OWN}`,
      body: {
        schema: ContentDto,
        open: true,
        examples: { report: { type: 'document', ownerId: AVA, project: PROJECT.key, classification: 'internal' } },
      },
      answers: put('content', 'ContentView', REPORT),
      refusals: {
        400: {
          detail: '/ownerId: is not the SCIM id of a user',
          errors: [{ pointer: '/ownerId', detail: 'is not the SCIM id of a user' }],
        },
        409: BUSY,
      },
    },
    get: {
      summary: 'Read a piece of content.',
      answers: { 200: { description: 'The content.', schema: ref('ContentView'), example: REPORT } },
      refusals: { 404: NO_CONTENT },
    },
    list: {
      summary: 'List content in the order of its keys.',
      query: {
        ownerId: { ...user, description: 'Only what this user owns.' },
        project: { description: 'Only what is in this project.', example: PROJECT.key },
        workspace: { description: 'Only what is in this workspace.', example: WORKSPACE.key },
      },
      paged: true,
      answers: page('content', 'ContentView', REPORT),
    },
    remove: {
      summary: 'Remove a piece of content.',
      answers: { 204: { description: 'It is gone.' } },
      refusals: { 404: NO_CONTENT },
    },
  },
} satisfies ControllerDescription;
