/** What this service publishes in /ServiceProviderConfig and holds its clients to. */
export const DEFAULT_PAGE_SIZE = 100;
export const MAX_PAGE_SIZE = 1_000;
/** RFC 9865 §4: how many seconds a cursor stays good. */
export const CURSOR_TIMEOUT_SECONDS = 3_600;

export interface BulkLimits {
  /** RFC 7643 §5. */
  readonly maxOperations: number;
  /** In bytes. */
  readonly maxPayloadSize: number;
}
export const BULK_LIMITS: BulkLimits = Object.freeze({ maxOperations: 10_000, maxPayloadSize: 16 * 1024 * 1024 });
