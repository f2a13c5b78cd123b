import { chownSync, closeSync, copyFileSync, fstatSync, openSync, readSync, statSync, truncateSync } from 'node:fs';
import { ServerUser } from './server-user';

const MAX_BYTES = 10 * 1024 * 1024;

/**
 * The server's log. The server writes to the file itself, not through this process: so it keeps its log when we are
 * killed, and never blocks on a pipe that nobody reads.
 */
export class ServerLog {
  constructor(
    readonly path: string,
    private readonly user: ServerUser,
    private readonly maxBytes = MAX_BYTES,
  ) {}

  /** @returns a descriptor for the server, to be closed by the caller; it appends, so the file may be cut under it. */
  open(): number {
    const fd = openSync(this.path, 'a', 0o600);
    if (this.user.switchTo) chownSync(this.path, this.user.uid, this.user.gid);
    return fd;
  }

  /** Keeps one earlier file beside it. A line that is written between the copy and the cut is lost; a full disk is worse. */
  rotate(): void {
    if (this.size() < this.maxBytes) return;
    copyFileSync(this.path, `${this.path}.1`);
    truncateSync(this.path, 0);
  }

  size(): number {
    return statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** What was written since the file had that size; at most the last 64 KB of it. */
  since(offset: number): string {
    const fd = openSync(this.path, 'r');
    try {
      const { size } = fstatSync(fd);
      const from = Math.max(Math.min(offset, size), size - 64 * 1024);
      const buffer = Buffer.alloc(size - from);
      return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, from));
    } finally {
      closeSync(fd);
    }
  }
}
