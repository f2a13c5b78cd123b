import { ENTERPRISE_URN, type Json, type JsonObject } from '@provost/scim-protocol';
import { fold } from './folding';

const ENTERPRISE = `${ENTERPRISE_URN.toLowerCase()}:`;
/**
 * Attributes of a user, beside userName, that are searched by a part of their text (`co`, `sw`, `ew`): what people look
 * other people up by. Each adds its trigrams to an index.
 */
const SEARCHED = new Set(['displayname', 'emails.value', `${ENTERPRISE}department`, `${ENTERPRISE}employeenumber`]);

/** Whether a search on that canonical lower-cased path finds its text in the search key. */
export function isSearched(path: string): boolean {
  return SEARCHED.has(path);
}

/**
 * The searched texts, folded, a line each and each once, so that "begins with" is a search for a line break and the text. Behind them the parts
 * of the name, for whoever looks for people by it; what a line contains already, as displayName mostly does, needs none of its own.
 */
export function searchKey(resource: JsonObject): string {
  const emails = (resource.emails as JsonObject[] | undefined) ?? [];
  const enterprise = (resource[ENTERPRISE_URN] as JsonObject | undefined) ?? {};
  const texts: (Json | undefined)[] = [
    resource.userName,
    resource.displayName,
    ...emails.map((email) => email.value),
    enterprise.department,
    enterprise.employeeNumber,
  ];
  const lines = [...new Set(folded(texts))];
  const name = (resource.name as JsonObject | undefined) ?? {};
  for (const part of folded([name.formatted, name.givenName, name.familyName]))
    if (!lines.some((line) => line.includes(part))) lines.push(part);
  return `\n${lines.join('\n')}\n`;
}

function folded(texts: readonly (Json | undefined)[]): string[] {
  return texts.filter((text): text is string => typeof text === 'string' && text !== '').map(fold);
}
