/**
 * Works in one tenant after the other; what goes wrong in one holds up no other.
 * @throws the first of what went wrong, at the end
 */
export async function inEachTenant(
  tenants: readonly { readonly tenant_id: string }[],
  work: (tenantId: string) => Promise<unknown>,
): Promise<void> {
  let fault: unknown;
  for (const { tenant_id } of tenants) await work(tenant_id).catch((error: unknown) => (fault ??= error));
  if (fault) throw fault;
}
