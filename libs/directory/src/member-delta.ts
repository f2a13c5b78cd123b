import { isUuid } from '@provost/entities';
import type { Member } from '@provost/scim-protocol';

/**
 * The net effect of a sequence of member operations: whom to add, whom to remove, and whether everybody else goes.
 * The cost is that of the operations, never that of the group (design law 3).
 */
export class MemberDelta {
  /** True after a replace or a remove of all: whoever is not in `added` goes. */
  reset = false;
  readonly added = new Set<string>();
  readonly removed = new Set<string>();
  /** Values that cannot be an id of ours; they are reported with the ids that nobody has (K15). */
  readonly malformed = new Set<string>();

  add(members: readonly Member[]): void {
    for (const { value } of members) {
      if (!isUuid(value)) this.malformed.add(value);
      else {
        this.removed.delete(value);
        this.added.add(value);
      }
    }
  }

  remove(members: readonly Member[]): void {
    for (const { value } of members) {
      this.malformed.delete(value);
      this.added.delete(value);
      if (isUuid(value) && !this.reset) this.removed.add(value);
    }
  }

  removeAll(): void {
    this.reset = true;
    this.added.clear();
    this.removed.clear();
    this.malformed.clear();
  }

  get isEmpty(): boolean {
    return !this.reset && !this.added.size && !this.removed.size && !this.malformed.size;
  }
}
