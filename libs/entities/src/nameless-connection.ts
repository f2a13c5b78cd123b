import type { ClientBase } from 'pg';
import { prepareConnection, type Wire } from './tenant-query';

type Parse = Parameters<Wire['parse']>[0];

/** Makes a fresh connection ready for TenantQuery that leads through a pooler which carries no names of statements. */
export async function prepareNamelessConnection(client: ClientBase): Promise<void> {
  keepNamesHere(client);
  await prepareConnection(client);
}

/**
 * Lets a connection keep the names of its prepared statements to itself: whenever one is run, its text goes along, without a
 * name. For poolers that lend another backend to each transaction and know nothing of names, where one that was made here would
 * be unknown to the next backend, or another client's there (docs/adr/0038). PostgreSQL then plans a statement whenever it runs.
 */
function keepNamesHere(client: ClientBase): void {
  const { connection } = client as unknown as { connection: Wire & { parsedStatements: Record<string, string> } };
  const known = new Map<string, Parse>();
  const parse = connection.parse.bind(connection);
  const bind = connection.bind.bind(connection);
  connection.parse = (message) => {
    if (!message.name) return parse(message);
    known.set(message.name, message);
    // pg parses what it finds here no second time.
    connection.parsedStatements[message.name] = message.text;
  };
  connection.bind = (message) => {
    const named = known.get(message.statement);
    if (!named) return bind(message);
    parse({ ...named, name: '' });
    bind({ ...message, statement: '' });
  };
}
