import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer, Headers, Json } from '../scim/scim-client';
import { ResourcesServer } from '../resources/resources-server';

/** A sample document of the product's specification, byte for byte. */
export const sample = (name: string): string => readFileSync(join(__dirname, 'samples', `${name}.json`), 'utf8');

/** What the counters of a tenant say (migration 5). */
export interface Counters {
  readonly documents: number;
  readonly groups: number;
  readonly workspaces: number;
}

/** A server of the file's own, as the administrator of its default tenant meets its policy documents. */
export class ConfigServer {
  private constructor(readonly resources: ResourcesServer) {}

  static async start(environment: NodeJS.ProcessEnv = {}): Promise<ConfigServer> {
    return new ConfigServer(await ResourcesServer.start(environment));
  }

  get scim() {
    return this.resources.scim;
  }

  stop(): Promise<void> {
    return this.resources.stop();
  }

  /** As the administrator, unless `headers` name another credential. */
  send(method: string, path: string, body?: unknown, headers: Headers = {}): Promise<Answer> {
    return this.resources.send(method, `/config${path}`, body, { ...this.resources.as('admin'), ...headers });
  }

  /** Puts a document and expects that it is taken. @returns the answer's body */
  async put(name: string, document: unknown, headers?: Headers): Promise<Json & { version: number; warnings: Json[] }> {
    const answer = await this.send('PUT', `/${name}`, document, headers);
    expect({ status: answer.status, text: answer.text }).toEqual({ status: 200, text: answer.text });
    return answer.body as Json & { version: number; warnings: Json[] };
  }

  /** The faults of a refusal of that status, each as `pointer: detail`. */
  faultsOf(answer: Answer, status: number): string[] {
    expect(answer).toMatchObject({ status, headers: { 'content-type': 'application/problem+json' } });
    return ((answer.body.errors ?? []) as Json[]).map(({ pointer, detail }) => `${String(pointer)}: ${String(detail)}`);
  }

  async counters(): Promise<Counters> {
    const { rows } = await this.resources.database.query<Record<keyof Counters, string>>(
      `SELECT coalesce(sum(documents), 0) AS documents, coalesce(sum(groups), 0) AS groups,
         coalesce(sum(workspaces), 0) AS workspaces FROM access_versions`,
    );
    const { documents, groups, workspaces } = rows[0]!;
    return { documents: Number(documents), groups: Number(groups), workspaces: Number(workspaces) };
  }

  /** Which counters `work` moved, and how far. */
  async moved(work: () => Promise<unknown>): Promise<Partial<Counters>> {
    const before = await this.counters();
    await work();
    const after = await this.counters();
    const names = ['documents', 'groups', 'workspaces'] as const;
    return Object.fromEntries(names.filter((n) => after[n] !== before[n]).map((n) => [n, after[n] - before[n]]));
  }

  /** The group of each key of group_mappings; null while it matched none. */
  async bindings(): Promise<Record<string, string | null>> {
    const { rows } = await this.resources.database.query<{ key: string; group_id: string | null }>(
      `SELECT key, group_id FROM group_bindings ORDER BY key`,
    );
    return Object.fromEntries(rows.map(({ key, group_id }) => [key, group_id]));
  }
}
