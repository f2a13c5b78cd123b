import { DatabaseError } from 'pg';

/** The credential of the request was revoked or has expired, or its tenant's SCIM was switched off, meanwhile. */
export class CredentialRefused extends Error {}
/** The database could not be reached; what was asked was not done, or it is not known whether it was. */
export class DatabaseUnavailable extends Error {}

const REFUSED = 'PV401';
/** serialization_failure, deadlock_detected: the transaction did nothing and may be tried again. */
const RETRYABLE = new Set(['40001', '40P01']);
/** The server starts or stops, or took the connection away. */
const UNAVAILABLE = /^(57P0|08|53300)/;

/** The transaction lost to another one and did nothing. */
export function isRetryable(error: unknown): boolean {
  return RETRYABLE.has((error as DatabaseError).code ?? '');
}

/** ENTER_CHECKED has refused the credential. */
export function isRefusal(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === REFUSED;
}

/**
 * On a pipelined connection a Parse is skipped with the refusal in front of it, and whoever relied on it finds no such
 * statement (26000); of several who then prepare it, one finds it there (42P05).
 */
export function isConfused(error: unknown): boolean {
  const { code } = error as DatabaseError;
  return code === '26000' || code === '42P05';
}

/** Nothing more can be asked on the connection that said this. */
export function isConnectionFault(error: unknown): boolean {
  return !(error instanceof DatabaseError) || UNAVAILABLE.test(error.code ?? '');
}

/** The server or the way to it is gone, as opposed to anything that was wrong with what was asked. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof DatabaseUnavailable) return true;
  return error instanceof DatabaseError ? UNAVAILABLE.test(error.code ?? '') : isSocketFault(error);
}

/** The error as callers know it: CredentialRefused, DatabaseUnavailable, or the database's own. */
export function named(error: unknown): unknown {
  if (error instanceof DatabaseUnavailable) return error;
  if (isRefusal(error)) return new CredentialRefused((error as Error).message);
  return isUnavailable(error) ? new DatabaseUnavailable((error as Error).message, { cause: error }) : error;
}

function isSocketFault(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return (
    /^(ECONN|EPIPE|ENOENT|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_AGAIN)/.test(code ?? '') ||
    /Connection terminated|not queryable|Client was closed|timeout exceeded|timeout expired/.test(message ?? '')
  );
}

const CONNECT_PATIENCE_MS = 8_000;

/**
 * A database that is being restarted comes back within seconds; nothing was sent yet, so waiting is safe.
 * @param hopeless asked before each further attempt
 * @throws DatabaseUnavailable when patience is at its end, and what is no fault of the way there at once
 */
export async function patiently<T>(connect: () => Promise<T>, hopeless: () => boolean): Promise<T> {
  const deadline = Date.now() + CONNECT_PATIENCE_MS;
  for (let wait = 20; ; wait = Math.min(wait * 2, 500)) {
    try {
      return await connect();
    } catch (error) {
      const fault = named(error);
      if (!(fault instanceof DatabaseUnavailable) || hopeless() || Date.now() + wait > deadline) throw fault;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}
