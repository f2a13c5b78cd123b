import { Inject, Injectable } from '@nestjs/common';
import {
  type Finding,
  POLICY_DOCUMENTS,
  type PolicyDocumentType,
  type Surroundings,
  validateBareDocument,
  validateDocument,
} from '@provost/access-policy';
import { TenantDatabase } from '@provost/entities';
import { Environment } from '../config';
import { problem } from '../http';
import { ResourceReader } from '../resources';
import { limitOf } from '../tenancy';
import { documentType, misfit } from './document-types';
import * as versions from './document-versions';
import type { DocumentRow, DocumentView, VersionRow, VersionView } from './document-versions';

/** What is in force for a tenant at one moment. */
export interface InForce {
  /** A counter, as decimal text, that every put moves. */
  readonly version: string;
  /** By name; those that were never put are absent. */
  readonly documents: Record<string, unknown>;
  readonly versions: Record<string, number>;
}

/** A document that may be put. */
export interface Admissible {
  readonly type: PolicyDocumentType;
  readonly document: unknown;
  readonly warnings: readonly Finding[];
}

/** The policy documents of a tenant: what there is, what is in force, what would be admitted (contract §5). */
@Injectable()
export class PolicyDocuments {
  constructor(
    @Inject(TenantDatabase) private readonly db: TenantDatabase,
    @Inject(ResourceReader) private readonly resources: ResourceReader,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  /** Every document that there can be; version 0 where none was put yet. */
  async list(tenantId: string): Promise<object[]> {
    const rows = await this.db.read<VersionRow>({ tenantId }, versions.LIST_CURRENT, [tenantId]);
    const current = new Map(rows.map((row) => [row.name, versions.versionView(row)]));
    const none = { version: 0, updatedAt: null, updatedBy: null };
    return POLICY_DOCUMENTS.map(({ name, about }) => ({ name, about, ...(current.get(name) ?? none) }));
  }

  /** The version in force. @throws Problem 404 */
  async get(tenantId: string, name: string): Promise<DocumentView> {
    documentType(name);
    const [row] = await this.db.run<DocumentRow>({ tenantId }, versions.GET_CURRENT, [tenantId, name]);
    if (!row) throw problem(404, `No ${name} was put yet. PUT one; its form is at /api/v1/config/${name}/schema.`);
    return versions.documentView(row);
  }

  /** The versions of a document, the newest first. @throws Problem 400, 404 */
  async listVersions(
    tenantId: string,
    name: string,
    query: { limit?: string; cursor?: string },
  ): Promise<{ items: VersionView[]; nextCursor: string | null }> {
    documentType(name);
    const limit = limitOf(query);
    const below = query.cursor ? versionOf(query.cursor) : Number.MAX_SAFE_INTEGER;
    if (below === undefined)
      throw problem(400, 'The cursor is not one that a list gave.', [{ pointer: '/cursor', detail: 'is not known' }]);
    const values = [tenantId, name, Math.min(below, LARGEST), limit + 1];
    const rows = await this.db.run<VersionRow>({ tenantId }, versions.LIST_VERSIONS, values);
    const items = rows.slice(0, limit).map(versions.versionView);
    return { items, nextCursor: rows.length > limit ? String(items.at(-1)!.version) : null };
  }

  /** One version, in force or not. @throws Problem 404 */
  async version(tenantId: string, name: string, version: number | string): Promise<DocumentView> {
    documentType(name);
    const wanted = versionOf(String(version));
    const [row] =
      wanted === undefined
        ? []
        : await this.db.run<DocumentRow>({ tenantId }, versions.GET_VERSION, [tenantId, name, wanted]);
    if (!row) throw problem(404, `There is no version ${version} of ${name}.`);
    return versions.documentView(row);
  }

  /** JSON Schema of the bare document. @throws Problem 404 */
  schema(name: string): object {
    return {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      ...documentType(name).schema(this.environment.APP_NAME),
    };
  }

  /** All documents of a tenant at one moment, in one short read. */
  async inForce(tenantId: string): Promise<InForce> {
    const [row] = await this.db.read<{
      version: string;
      documents: Record<string, { version: number; document: unknown }>;
    }>({ tenantId }, versions.ALL_IN_FORCE, [tenantId]);
    const entries = Object.entries(row!.documents);
    return {
      version: row!.version,
      documents: Object.fromEntries(entries.map(([name, { document }]) => [name, document])),
      versions: Object.fromEntries(entries.map(([name, { version }]) => [name, version])),
    };
  }

  /**
   * Checks what somebody sent as put does, and stores nothing.
   * @param raw the document, bare or wrapped in its name
   * @throws Problem 404; 422 with every fault
   */
  async validate(tenantId: string, name: string, raw: unknown): Promise<Admissible> {
    const type = documentType(name);
    return admitted(type, validateDocument(type, raw, await this.surroundings(tenantId, name)));
  }

  /** The same for a document that was put once: what it is checked against may have changed. @throws Problem 404, 422 */
  async validateAgain(tenantId: string, name: string, document: unknown): Promise<Admissible> {
    const type = documentType(name);
    return admitted(type, validateBareDocument(type, document, await this.surroundings(tenantId, name)));
  }

  private async surroundings(tenantId: string, name: string): Promise<Surroundings> {
    const [{ documents }, workspaces] = await Promise.all([
      this.inForce(tenantId),
      this.resources.workspaces(tenantId),
    ]);
    const { [name]: _, ...others } = documents;
    return { appName: this.environment.APP_NAME, documents: others, workspaces };
  }
}

/** PostgreSQL's integer. */
const LARGEST = 2_147_483_647;

function versionOf(text: string): number | undefined {
  const version = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : Number.NaN;
  return version <= LARGEST ? version : undefined;
}

function admitted(
  type: PolicyDocumentType,
  { document, faults, warnings }: ReturnType<typeof validateDocument>,
): Admissible {
  if (faults.length) throw misfit(type, faults);
  return { type, document, warnings };
}
