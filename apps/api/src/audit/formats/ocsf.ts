import type { ReadableEvent } from '@provost/audit-trail';
import { type OcsfClass, type OcsfVersion, ocsfActivity, ocsfCategory } from './ocsf-mapping';
import { PRODUCT } from './product';
import type { TextFormat } from './text-format';

const VERSION: OcsfVersion = '1.8.0';
/** severity_id: 1 Informational, 3 Medium. status_id: 1 Success, 2 Failure. */
const OUTCOMES = {
  success: { severity_id: 1, status_id: 1, status: 'Success' },
  failure: { severity_id: 3, status_id: 2, status: 'Failure' },
} as const;

/** The objects that a class requires, of what the event has. */
const REQUIRED: Readonly<Record<OcsfClass, (event: ReadableEvent) => object>> = {
  3001: (event) => ({ user: userOf(event) }),
  3002: (event) => ({ user: userOf(event), service: { name: PRODUCT.name } }),
  3004: ({ subject, type, details }) => ({
    entity: {
      type: subject?.type ?? type.split('.')[0],
      uid: subject?.id ?? 'unknown',
      ...(typeof details.key === 'string' && { name: details.key }),
      ...(typeof details.displayName === 'string' && { name: details.displayName }),
    },
  }),
  3005: (event) => ({ user: userOf(event), privileges: privilegesOf(event) }),
  3006: (event) => {
    const { subject, groupId, details } = event;
    const isMember = subject?.type === 'User';
    const group = {
      uid: groupId ?? (isMember ? undefined : subject?.id),
      name: details.displayName ?? details.project,
    };
    return { group, ...(isMember && { user: userOf(event) }) };
  },
  6003: ({ type, request, details }) => {
    const { method, route } = details;
    const code = type === 'sync.rate_limited' ? 429 : details.status;
    return {
      api: { operation: typeof method === 'string' ? `${method} ${String(route)}` : type },
      src_endpoint: request.ip === undefined ? { name: 'unknown' } : { ip: request.ip },
      ...(typeof code === 'number' && { http_response: { code } }),
    };
  },
};

function userOf({ subject }: ReadableEvent): object {
  if (subject?.type !== 'User') return { name: 'unknown' };
  return { uid: subject.id, ...(subject.name !== undefined && { name: subject.name }) };
}

/** What a role change gave or took, or what a grant is of; the kind of the event where it names neither. */
function privilegesOf({ type, changes, details }: ReadableEvent): string[] {
  const lists = changes.filter(({ path }) => path === 'roles').map(({ from, to }) => [namesOf(from), namesOf(to)]);
  const moved = lists.flatMap(([from = [], to = []]) => [
    ...to.filter((role) => !from.includes(role)),
    ...from.filter((role) => !to.includes(role)),
  ]);
  const granted = [details.role, details.permission].filter((name) => typeof name === 'string');
  const all = [...moved, ...granted];
  return all.length ? all : [type];
}

function namesOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** An event of OCSF. */
export function ocsfEvent(event: ReadableEvent): object {
  const { type, subject, actor, request, changes, details } = event;
  const { class: of, activity, name } = ocsfActivity(VERSION, type, subject?.type);
  return {
    class_uid: of,
    category_uid: ocsfCategory(of),
    activity_id: activity,
    type_uid: of * 100 + activity,
    ...(name !== undefined && { activity_name: name }),
    time: Date.parse(event.time),
    ...OUTCOMES[event.outcome],
    message: `${type.replace(/[._]/g, ' ')}${subject ? `: ${subject.name ?? `${subject.type} ${subject.id}`}` : ''}`,
    metadata: {
      version: VERSION,
      product: { name: PRODUCT.name, vendor_name: PRODUCT.vendor, version: PRODUCT.version },
      uid: event.id,
      sequence: event.sequence,
      event_code: type,
      correlation_uid: request.id,
    },
    actor: { app_uid: actor.id, app_name: actor.name ?? actor.type },
    ...(request.ip !== undefined && { src_endpoint: { ip: request.ip } }),
    ...(request.client !== undefined && { http_request: { user_agent: request.client } }),
    ...REQUIRED[of](event),
    unmapped: {
      category: event.category,
      actor_type: actor.type,
      changes,
      details,
      ...(event.erased && { erased: true }),
    },
  };
}

/** The Open Cybersecurity Schema Framework, a JSON object a line. */
export const OCSF: TextFormat = {
  type: 'application/x-ndjson',
  extension: 'ocsf.ndjson',
  text: (events) => events.map((event) => `${JSON.stringify(ocsfEvent(event))}\n`).join(''),
};
