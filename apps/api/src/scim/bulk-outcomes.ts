import type { BulkRequest, JsonObject } from '@provost/scim-protocol';
import type { OperationOutcome, Refusal } from '../tenancy';

/**
 * What became of the operations of a Bulk request (RFC 7644 §3.7).
 * @param answers of each operation in its place, undefined where it was not tried
 */
export function bulkOutcomes(
  { operations }: BulkRequest,
  answers: readonly (JsonObject | undefined)[],
): OperationOutcome[] {
  return operations.flatMap((sent, i) => {
    const answer = answers[i];
    if (!answer) return [];
    const path = sent.error ? '' : `${sent.endpoint}${sent.id === undefined ? '' : `/${sent.id}`}`;
    const refusal = answer.response as Refusal | undefined;
    return [{ method: sent.method ?? 'POST', path, status: Number(answer.status), ...(refusal && { refusal }) }];
  });
}
