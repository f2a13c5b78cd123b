import { isIPv4, isIPv6 } from 'node:net';
import type { ReadableEvent } from '@provost/audit-trail';
import { PRODUCT } from './product';
import type { TextFormat } from './text-format';

/** What ends a line for one reader or another; and what else does not print, terminals among those who would obey it. */
const LINE_END = /\r\n|[\n\r\u0085\u2028\u2029]/g;
const UNPRINTABLE = /[\p{Cc}\u2028\u2029]/gu;

/** A field of the header: no line can begin in it, and no field end. */
export function cefHeader(text: string): string {
  return text.replace(UNPRINTABLE, ' ').replace(/[\\|]/g, '\\$&');
}

/** A value of the extension: it ends neither its line nor itself. */
export function cefValue(text: string): string {
  return text.replace(/[\\=]/g, '\\$&').replace(LINE_END, '\\n').replace(UNPRINTABLE, ' ');
}

const SEVERITY = { success: 3, failure: 6 } as const;

/** The extension, by the keys of the CEF dictionary. */
function extensionOf(event: ReadableEvent): Record<string, string | number | undefined> {
  const { actor, subject, request, changes, details, groupId } = event;
  const { ip } = request;
  return {
    rt: Date.parse(event.time),
    externalId: event.id,
    cat: event.category,
    outcome: event.outcome,
    suid: actor.id,
    suser: actor.name,
    spriv: actor.type,
    ...(ip !== undefined && isIPv4(ip) && { src: ip }),
    ...(ip !== undefined && isIPv6(ip) && { c6a2: ip, c6a2Label: 'Source IPv6 Address' }),
    ...(subject?.type === 'User'
      ? { duid: subject.id, duser: subject.name }
      : subject && { ...labelled('cs1', 'subject', `${subject.type} ${subject.id}`) }),
    requestClientApplication: request.client,
    ...labelled('cs2', 'requestId', request.id),
    ...(groupId !== null && labelled('cs3', 'groupId', groupId)),
    ...(changes.length && labelled('cs4', 'changes', JSON.stringify(changes))),
    ...(Object.keys(details).length && labelled('cs5', 'details', JSON.stringify(details))),
    ...labelled('cn1', 'sequence', String(event.sequence)),
    ...(event.erased && labelled('cs6', 'erased', 'true')),
  };
}

function labelled(key: string, label: string, value: string): Record<string, string> {
  return { [key]: value, [`${key}Label`]: label };
}

function line(event: ReadableEvent): string {
  const { type, outcome } = event;
  const name = type.replace(/[._]/g, ' ');
  const header = [PRODUCT.vendor, PRODUCT.name, PRODUCT.version, type, name].map(cefHeader);
  const extension = Object.entries(extensionOf(event))
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([key, value]) => `${key}=${cefValue(String(value))}`);
  return `CEF:0|${header.join('|')}|${SEVERITY[outcome]}|${extension.join(' ')}\n`;
}

/** ArcSight's Common Event Format, a line an event, without the header that syslog puts before it. */
export const CEF: TextFormat = {
  type: 'text/plain; charset=utf-8',
  extension: 'cef',
  text: (events) => events.map(line).join(''),
};
