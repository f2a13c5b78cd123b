import {
  ANY_OBJECT,
  BOOLEAN,
  type ControllerDescription,
  ID,
  listOf,
  oneOf,
  orNull,
  pageOf,
  ref,
  shape,
  TEXT,
  TIME,
} from '../openapi';
import { ChangePersonDto, TestMappingDto } from './people.dto';

const AVA = {
  ...{
    id: '0192f6c1-7d11-7b20-a3a4-6a1d3a7b9c01',
    userName: 'ava@corp.example',
    externalId: '00u1a2b3c4',
    active: true,
  },
  status: 'active',
  profile: { email: 'ava@corp.example', firstName: 'Ava', lastName: 'Lee', jobTitle: 'Head of Support' },
  ...{ createdAt: '2026-11-24T08:00:00.000Z', updatedAt: '2026-11-24T09:30:00.000Z' },
};

/** People (contract §6). */
export const PEOPLE = {
  tag: 'Users',
  path: { id: { description: 'The id of a user, as SCIM answers it.', schema: ID, example: AVA.id } },
  schemas: {
    Person: shape({
      id: ID,
      userName: TEXT,
      externalId: orNull(TEXT),
      active: BOOLEAN,
      status: {
        ...oneOf('active', 'staged', 'inactive'),
        description: 'staged: the rollout has not come to them; like inactive, without any access.',
      },
      profile: { ...ANY_OBJECT, description: 'The fields that attribute_mappings gives.' },
      createdAt: TIME,
      updatedAt: TIME,
    }),
  },
  operations: {
    list: {
      summary: 'List users in the order of their arrival, or find some.',
      query: {
        query: {
          description:
            'A part of the userName, the display name, the formatted, given or family name, or an e-mail address, in any case.',
          schema: { type: 'string', maxLength: 300 },
          example: 'ava',
        },
      },
      paged: true,
      answers: {
        200: {
          description: 'A page of users.',
          schema: pageOf(ref('Person')),
          example: { items: [AVA], nextCursor: null },
        },
      },
    },
    get: {
      summary: 'Read a user with the profile that they have now.',
      answers: { 200: { description: 'The user.', schema: ref('Person'), example: AVA } },
      refusals: { 404: 'There is no user with this id; it is the id that SCIM answers.' },
    },
    change: {
      summary: 'Change fields of the profile in the app; null gives a field back to Okta.',
      description:
        "Whether the change stands against Okta's next one is for `conflict_resolution` of sync_config to say.",
      body: {
        schema: ChangePersonDto,
        examples: {
          'a new title': { profile: { jobTitle: 'Head of Support' } },
          'back to Okta': { profile: { jobTitle: null } },
        },
      },
      answers: { 200: { description: 'The user as they are now.', schema: ref('Person'), example: AVA } },
      refusals: { 404: 'There is no user with this id; it is the id that SCIM answers.' },
    },
  },
} satisfies ControllerDescription;

/** Trying attribute_mappings (contract §5). */
export const MAPPING_TEST = {
  tag: 'Policy documents',
  schemas: {
    MappedProfile: shape({
      profile: ANY_OBJECT,
      faults: {
        ...listOf(ref('Finding')),
        description: 'What of the resource could not be mapped; pointers into the profile.',
      },
    }),
  },
  operations: {
    test: {
      summary: 'Map a SCIM resource by attribute_mappings, proposed or in force, and store nothing.',
      body: {
        schema: TestMappingDto,
        examples: (appName: string) => ({
          'by those in force': { resource: { userName: 'ava@corp.example', title: 'Engineer' } },
          'by proposed ones': {
            resource: { userName: 'ava@corp.example', costCenter: '4711' },
            document: { custom_mappings: { 'okta:custom:costCenter': `${appName}:costCenter` } },
          },
        }),
      },
      answers: {
        200: {
          description: 'The profile that the resource would have.',
          schema: ref('MappedProfile'),
          example: { profile: { email: 'ava@corp.example', jobTitle: 'Engineer' }, faults: [] },
        },
      },
      refusals: {
        422: {
          detail: 'The document does not fit: /document/standard must be an object, not a list.',
          errors: [{ pointer: '/document/standard', detail: 'must be an object, not a list' }],
        },
      },
    },
  },
} satisfies ControllerDescription;
