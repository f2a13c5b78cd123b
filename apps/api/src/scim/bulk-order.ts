import { type BulkOperation, bulkReferences } from '@provost/scim-protocol';

/** An operation of a bulk request with its place in it. */
export interface PlannedOperation {
  readonly index: number;
  readonly operation: BulkOperation;
  /** Given beforehand to what a POST creates, so that others can refer to it in any order, also in a circle. */
  readonly newId: string | undefined;
  /** The bulkIds that it refers to, in its data or its path. */
  readonly references: readonly string[];
}

/** @param newId makes the id of what a POST is going to create */
export function plan(operations: readonly BulkOperation[], newId: () => string): PlannedOperation[] {
  return operations.map((operation, index) => {
    const creates = !operation.error && operation.method === 'POST';
    return { index, operation, newId: creates ? newId() : undefined, references: referencesOf(operation) };
  });
}

/** The POST that a bulkId stands for: the first one that bears it, for a second one is a fault. */
export function creators(planned: readonly PlannedOperation[]): Map<string, PlannedOperation> {
  const owners = new Map<string, PlannedOperation>();
  for (const one of planned) {
    const { bulkId, method } = one.operation;
    if (bulkId !== undefined && method === 'POST' && !owners.has(bulkId)) owners.set(bulkId, one);
  }
  return owners;
}

/**
 * The order in which to run them (RFC 7644 §3.7.1): that of the request, but each behind the creations that it refers to,
 * so that a failure is known before what depends on it is tried. A circle is cut where it is entered.
 */
export function executionOrder(planned: readonly PlannedOperation[]): PlannedOperation[] {
  const owners = creators(planned);
  const order: PlannedOperation[] = [];
  const entered = new Set<PlannedOperation>();
  for (const start of planned) {
    // A stack of our own: a chain of references may be as long as the request.
    const open: { one: PlannedOperation; next: number }[] = [];
    const enter = (one: PlannedOperation) => {
      if (entered.has(one)) return;
      entered.add(one);
      open.push({ one, next: 0 });
    };
    enter(start);
    for (let top = open.at(-1); top; top = open.at(-1)) {
      const reference = top.one.references[top.next++];
      if (reference === undefined) order.push(open.pop()!.one);
      else {
        const owner = owners.get(reference);
        if (owner) enter(owner);
      }
    }
  }
  return order;
}

function referencesOf(operation: BulkOperation): string[] {
  if (operation.error) return [];
  const references = operation.data === undefined ? [] : bulkReferences(operation.data);
  const inPath = operation.id === undefined ? undefined : bulkIdOf(operation.id);
  return inPath === undefined ? references : [...references, inPath];
}

/** The bulkId in `bulkId:x`, or undefined. */
export function bulkIdOf(id: string): string | undefined {
  return id.startsWith('bulkId:') ? id.slice('bulkId:'.length) : undefined;
}
