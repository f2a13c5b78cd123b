import {
  type Scope,
  type SharedWrite,
  type Statement,
  TenantDatabase,
  type TenantTransaction,
} from '@provost/entities';
import type { Tracing } from '../tracing';

/** The tenant database with a span around each statement of a trace. A span bears the name of the statement, never its values. */
export function tracedDatabase(tracing: Tracing): typeof TenantDatabase {
  const span = <T>(scope: Scope | 'platform', name: string, work: () => Promise<T>): Promise<T> => {
    const attributes = {
      'db.system.name': 'postgresql',
      ...(scope !== 'platform' && { 'provost.tenant': scope.tenantId }),
    };
    return tracing.span(name || 'composed', attributes, work, 'child');
  };

  return class TracedDatabase extends TenantDatabase {
    override read<T>(scope: Scope, statement: Statement, values: unknown[]): Promise<T[]> {
      return span(scope, statement.name, () => super.read<T>(scope, statement, values));
    }

    override write<T>(scope: Scope, statement: Statement, values: unknown[], locks?: string): Promise<T[]> {
      return span(scope, statement.name, () => super.write<T>(scope, statement, values, locks));
    }

    override share<Call>(scope: Scope, kind: SharedWrite<Call>, call: Call, locks: string): Promise<void> {
      return span(scope, kind.name, () => super.share(scope, kind, call, locks));
    }

    override run<T>(scope: Scope | 'platform', statement: Statement, values: unknown[]): Promise<T[]> {
      return span(scope, statement.name, () => super.run<T>(scope, statement, values));
    }

    override transaction<T>(scope: Scope, work: (tx: TenantTransaction) => Promise<T>): Promise<T> {
      return span(scope, 'transaction', () =>
        super.transaction(scope, (tx) =>
          work({ query: (statement, values) => span(scope, statement.name, () => tx.query(statement, values)) }),
        ),
      );
    }
  };
}
