/** The embedded server cannot be had, and one plain sentence says why and what to do; the message is meant for people. */
export class EmbeddedPostgresError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EmbeddedPostgresError';
  }
}
