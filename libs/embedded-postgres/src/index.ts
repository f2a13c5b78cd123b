import { backUp, restore } from './backup';
import { findBinaries } from './binaries';
import { ensureCluster } from './cluster';
import { ensureDatabase } from './database';
import { chooseServerUser } from './server-user';
import { DataDirLock, lockDataDir } from './lock';
import { Places, placesIn, removeSocketPlace, socketPlace, socketUrl } from './places';
import { ServerExit } from './postmaster';
import { ServerLog } from './server-log';
import { serverSettings } from './settings';
import { Supervisor } from './supervisor';

export { EmbeddedPostgresError } from './embedded-postgres-error';
export type { ServerExit } from './postmaster';

export interface EmbeddedPostgresOptions {
  /** Holds the cluster, the server's log and the lock; created when missing. One process at a time. */
  dataDir: string;
  /** false for tests: faster, and a crash of the machine may lose the data. */
  durable?: boolean;
  log?: (line: string) => void;
  /** PostgreSQL settings that replace ours. */
  settings?: Record<string, string>;
}

export interface EmbeddedPostgres {
  /** For `pg` and libpq: over the unix socket, as the superuser of the cluster. */
  url: string;
  socketDir: string;
  /** Fast shutdown; returns when the server is down. May be called again. */
  stop(): Promise<void>;
  /** Called at each end of the server that nobody asked for; it is being started again then, and clients reconnect. */
  onExit(listener: (exit: ServerExit) => void): void;
}

/**
 * Starts (or adopts) the PostgreSQL of a data directory and keeps it running until `stop()`. It listens on a private unix
 * socket only. A process that is killed leaves the server behind; the next start on the same directory takes it over.
 * @throws {EmbeddedPostgresError} with one sentence for people: the directory is in use, there are no binaries for this
 * machine, the data is of another version, or the server does not start.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const places = placesIn(options.dataDir);
  const lock = lockDataDir(places.dataDir);
  try {
    return await startLocked(options, places, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function startLocked(
  { durable = true, log = () => undefined, settings = {} }: EmbeddedPostgresOptions,
  places: Places,
  lock: DataDirLock,
): Promise<EmbeddedPostgres> {
  const user = chooseServerUser(places.cluster);
  const binaries = await findBinaries(user, places.dataDir);
  if (await ensureCluster(places, binaries, user, durable)) log(`created the embedded database in ${places.dataDir}`);

  const socket = socketPlace(places.cluster, user);
  const plan = {
    cluster: places.cluster,
    socketDir: socket.dir,
    binaries,
    user,
    settings: serverSettings({ durable, socketDir: socket.forServer, overrides: settings }),
    serverLog: new ServerLog(places.log, user),
  };
  const [url, maintenanceUrl] = [socketUrl(socket.dir), socketUrl(socket.dir, 'postgres')];
  const supervisor = new Supervisor(plan, maintenanceUrl, log);
  const stop = async () => {
    await supervisor.stop();
    removeSocketPlace(socket);
    lock.release();
  };
  try {
    await supervisor.start();
    await ensureDatabase(url, maintenanceUrl, 'provost');
  } catch (error) {
    await stop();
    throw error;
  }
  let stopped: Promise<void> | undefined;
  return {
    url,
    socketDir: socket.dir,
    stop: () => (stopped ??= stop()),
    onExit: (listener) => supervisor.onExit(listener),
  };
}

/**
 * Copies the database of a data directory, also while another process uses it. @see backUp
 * @param to a folder that is not there yet
 * @throws {EmbeddedPostgresError}
 */
export function backUpEmbeddedPostgres(dataDir: string, to: string): Promise<void> {
  return backUp(dataDir, to, (dir) => startEmbeddedPostgres({ dataDir: dir }));
}

/** Puts such a copy where the next start finds it. @throws {EmbeddedPostgresError} it is none, or something is there */
export function restoreEmbeddedPostgres(from: string, dataDir: string): Promise<void> {
  return restore(from, dataDir);
}
