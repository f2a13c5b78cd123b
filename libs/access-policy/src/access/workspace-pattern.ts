/** Every workspace that is registered. */
export const ALL = 'all';
/** The workspaces of the person's projects, and those that they were granted. */
export const ASSIGNED_ONLY = 'assigned_only';

/** A pattern over workspace keys such as `department_*`; `*` stands for any run of characters, also for none. */
export class WorkspacePattern {
  /** What every key that matches begins with. */
  readonly prefix: string;
  private readonly beginsOnly: boolean;

  constructor(readonly text: string) {
    const star = text.indexOf('*');
    this.prefix = text.slice(0, star);
    this.beginsOnly = star === text.length - 1;
  }

  static is(entry: string): boolean {
    return entry.includes('*');
  }

  matches(key: string): boolean {
    return key.startsWith(this.prefix) && (this.beginsOnly || fits(this.text, key));
  }
}

/** Goes back to the last star only, so that no pattern takes more than length × length. */
function fits(pattern: string, key: string): boolean {
  let p = 0;
  let k = 0;
  let star = -1;
  let resume = 0;
  while (k < key.length) {
    if (pattern[p] === '*') {
      star = p++;
      resume = k;
    } else if (p < pattern.length && pattern[p] === key[k]) {
      p++;
      k++;
    } else if (star >= 0) {
      p = star + 1;
      k = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
