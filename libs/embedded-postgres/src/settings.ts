export interface SettingsInput {
  durable: boolean;
  socketDir: string;
  overrides: Record<string, string>;
}

/** The server has no TCP port, so this only names the socket file. */
export const PORT = 5432;

/**
 * What the server is started with, as `name=value`. On the command line rather than in postgresql.conf: an upgrade of
 * Provost brings its settings to existing clusters, and an orphan's command line tells what it runs with.
 * `dynamic_shared_memory_type` is left to initdb, which tries out what works here.
 */
export function serverSettings({ durable, socketDir, overrides }: SettingsInput): Record<string, string> {
  return {
    listen_addresses: '',
    port: String(PORT),
    unix_socket_directories: socketDir,
    unix_socket_permissions: '0700',
    cluster_name: 'provost',
    max_connections: '100',
    shared_buffers: '128MB',
    shared_memory_type: 'mmap',
    huge_pages: 'off',
    max_wal_size: '1GB',
    random_page_cost: '1.1',
    // Compiling costs more than the short queries of a directory ever win back.
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    // DETAIL lines quote the values of the row that failed, statements may: neither belongs in a log (personal data).
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    ...(durable ? DURABLE : THROWAWAY),
    ...overrides,
  };
}

/** A commit that was answered is on the disk (Law 4). Explicit, so that no edit of postgresql.conf loosens it. */
const DURABLE = { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on' };

/** For tests: nothing outlives the machine, so nothing waits for its disk. */
const THROWAWAY = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  autovacuum_naptime: '10min',
};

/** The settings as arguments of `postgres`. */
export function settingArguments(settings: Record<string, string>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
