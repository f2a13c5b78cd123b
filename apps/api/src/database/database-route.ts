/** The ways to the database. */
export interface DatabaseRoute {
  /** Where statements go; it may lead through a pooler. */
  readonly url: string;
  /** The same database for what needs a session: migrations, the signal and the locks of consumers. */
  readonly directUrl: string;
  /** Whether a prepared statement can be run by its name in another transaction, on the way of `url`. */
  readonly carriesNames: boolean;
}

/** The way to a database without a pooler in between. */
export function directRoute(url: string): DatabaseRoute {
  return { url, directUrl: url, carriesNames: true };
}
