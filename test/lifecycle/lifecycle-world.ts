import { until } from '../support/until';
import { ResourcesServer } from '../resources/resources-server';
import { ENTERPRISE, type Json } from '../scim/scim-client';

/** The rules of the specification's sample. */
export const SAMPLE_RULES = {
  user_removal: {
    trigger: 'user_deactivated_in_okta',
    actions: ['revoke_taskade_access', 'transfer_ownership', 'archive_user_content', 'notify_team_members'],
    retention_period: '30_days',
  },
  group_removal: {
    trigger: 'user_removed_from_group',
    actions: ['adjust_permissions', 'remove_from_projects', 'transfer_responsibilities'],
  },
};

/** A server with people, content and projects, as Okta, the app and an administrator meet it. */
export class LifecycleWorld {
  private constructor(readonly server: ResourcesServer) {}

  static async start(environment: NodeJS.ProcessEnv = {}): Promise<LifecycleWorld> {
    return new LifecycleWorld(await ResourcesServer.start(environment));
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  get scim() {
    return this.server.scim;
  }

  put(name: string, document: unknown): Promise<Json> {
    return this.server.must(200, 'PUT', `/config/${name}`, document, this.server.as('admin'));
  }

  /** @param manager their id */
  async person(manager?: string, more: Json = {}): Promise<string> {
    const enterprise = manager === undefined ? {} : { [ENTERPRISE]: { manager: { value: manager } } };
    return (await this.scim.createdUser({ ...enterprise, ...more })).id;
  }

  async setActive(id: string, active: boolean): Promise<void> {
    const { status, text } = await this.scim.patch(`/Users/${id}`, { op: 'replace', value: { active } });
    if (status !== 200) throw new Error(`PATCH answered ${status}: ${text}`);
  }

  workspace(key: string): Promise<Json> {
    return this.server.must(201, 'PUT', `/workspaces/${key}`, { name: key });
  }

  project(key: string, workspace: string | null, members: readonly string[]): Promise<Json> {
    return this.server.must(201, 'PUT', `/projects/${key}`, { name: key, workspace, members });
  }

  content(key: string, ownerId: string, more: Json = {}): Promise<Json> {
    return this.server.must(201, 'PUT', `/content/${key}`, { type: 'document', ownerId, ...more });
  }

  async owner(key: string): Promise<string> {
    return (await this.server.must(200, 'GET', `/content/${key}`)).ownerId as string;
  }

  async members(project: string): Promise<string[]> {
    return (await this.server.must(200, 'GET', `/projects/${project}`)).members as string[];
  }

  admin(status: number, method: string, path: string, body?: unknown): Promise<Json> {
    return this.server.must(status, method, path, body, this.server.as('admin'));
  }

  /** The newest first. */
  async runs(userId: string): Promise<Json[]> {
    return (await this.admin(200, 'GET', `/lifecycle/runs?userId=${userId}`)).items as Json[];
  }

  /** Waits until so many runs of somebody are through. @returns them, the newest first */
  async settled(userId: string, count = 1): Promise<Json[]> {
    let runs: Json[] = [];
    await until(`${count} runs of ${userId} are through`, async () => {
      runs = await this.runs(userId);
      return runs.length >= count && runs.every(({ status }) => status !== 'pending' && status !== 'running');
    }).catch((error: Error) => {
      throw new Error(`${error.message}\n${JSON.stringify(runs, null, 1)}`);
    });
    return runs;
  }

  /** Waits until every consumer has handled the whole log, also what consumers appended to it; seals follow seconds later and append nothing. */
  quiet(): Promise<void> {
    return until('the log is followed', async () => {
      const { rows } = await this.server.database.query<{ behind: boolean }>(
        `SELECT bool_or(c.position < (SELECT max(e.seq) FROM events e)) AS behind
         FROM event_consumers c WHERE c.name <> 'audit-seals'`,
      );
      return rows[0]!.behind === false;
    });
  }

  receipt(userId: string): Promise<Json> {
    return this.admin(200, 'GET', `/users/${userId}/receipt`);
  }

  actions(run: Json | undefined): Record<string, string> {
    return Object.fromEntries((run!.actions as Json[]).map(({ action, state }) => [action as string, state as string]));
  }
}
