import { projectResource, type JsonObject, type Projection, type ResourceType } from '@provost/scim-protocol';

/** A resource as it leaves: its text and what the HTTP answer says about it beside the body. */
export interface Rendered {
  readonly id: string;
  /** The body, JSON. */
  readonly text: string;
  /** `W/"3"`. */
  readonly version: string;
  readonly location: string;
}

/** A row as every read selects it. */
export interface ResourceRow {
  id: string;
  /** The stored resource as text, or only the asked-for part of it. */
  resource: string;
  created_at: Date;
  updated_at: Date;
  version: number;
}

export function etag(version: number): string {
  return `W/"${version}"`;
}

/**
 * Puts a stored resource together with what is computed when it is read. The stored text is sent as it is: it is not
 * parsed unless the projection asks for less than everything.
 * @param computed further members of the object, as JSON text without braces: `"groups":[…]`; '' for none
 */
export function render(
  type: ResourceType,
  row: ResourceRow,
  computed: string,
  projection: Projection,
  baseUrl: string,
): Rendered {
  const location = `${baseUrl}${type.spec.endpoint}/${row.id}`;
  const version = etag(row.version);
  const meta =
    `"meta":{"resourceType":"${type.name}","created":"${row.created_at.toISOString()}",` +
    `"lastModified":"${row.updated_at.toISOString()}","location":${JSON.stringify(location)},"version":"W/\\"${row.version}\\""}`;
  const whole = `${row.resource.slice(0, -1)}${computed ? `,${computed}` : ''},${meta}}`;
  const text = projection.isWhole
    ? whole
    : JSON.stringify(projectResource(type, JSON.parse(whole) as JsonObject, projection));
  return { id: row.id, text, version, location };
}
