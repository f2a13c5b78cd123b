import { existsSync, readFileSync, statSync } from 'node:fs';
import { EmbeddedPostgresError } from './embedded-postgres-error';

/** The account that runs PostgreSQL. `switchTo` is set when this process is root, which PostgreSQL refuses to be. */
export interface ServerUser {
  uid: number;
  gid: number;
  switchTo?: { uid: number; gid: number };
}

interface Account {
  name: string;
  uid: number;
  gid: number;
}

/** Lines of passwd(5); those that are no account (comments, NIS entries) are left out. */
export function parsePasswd(text: string): Account[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name && /^\d+$/.test(uid ?? '') && /^\d+$/.test(gid ?? '')
      ? [{ name, uid: Number(uid), gid: Number(gid) }]
      : [];
  });
}

/**
 * Who is to run the server. An ordinary user runs it himself. Root hands it to the owner of the cluster that is already
 * there, so that an account which appears later does not lock us out of our own data; else to `postgres`, else `nobody`.
 * @param clusterDir where the cluster is or will be.
 * @throws {EmbeddedPostgresError} the cluster belongs to somebody else, or there is no account to switch to.
 */
export function chooseServerUser(clusterDir: string, passwd: string = readPasswd()): ServerUser {
  const [uid, gid] = [process.getuid?.() ?? -1, process.getgid?.() ?? -1];
  const owner = existsSync(clusterDir) ? statSync(clusterDir) : undefined;
  if (uid !== 0) {
    if (owner && owner.uid !== uid) {
      throw new EmbeddedPostgresError(
        `The database in ${clusterDir} belongs to user ${owner.uid}, this is user ${uid}: start as that user or as root, ` +
          'or set another DATA_DIR or a DATABASE_URL.',
      );
    }
    return { uid, gid };
  }
  const account =
    owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : unprivilegedAccount(parsePasswd(passwd));
  if (!account) {
    throw new EmbeddedPostgresError(
      'PostgreSQL does not run as root, and there is neither a user "postgres" nor "nobody" to run it: start as an ' +
        'ordinary user, or set DATABASE_URL.',
    );
  }
  const { uid: serverUid, gid: serverGid } = account;
  return { uid: serverUid, gid: serverGid, switchTo: { uid: serverUid, gid: serverGid } };
}

function unprivilegedAccount(accounts: Account[]): Account | undefined {
  const named = (name: string) => accounts.find((account) => account.name === name && account.uid !== 0);
  return named('postgres') ?? named('nobody');
}

function readPasswd(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8');
  } catch {
    return '';
  }
}
