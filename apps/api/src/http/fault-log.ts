import { types } from 'node:util';
import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';

/** A request as it was answered. */
export interface RequestLine {
  readonly request: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly ms: number;
  readonly tenant: string | undefined;
  readonly credential: string | undefined;
}

/** Structured log lines; also what Nest itself logs through. Never given headers or bodies, so no secret can reach it. */
export class FaultLog implements LoggerService {
  /** Looks for no secrets, which costs twice as much as all the rest: for lines of members that can be none. */
  private readonly plain: Logger;

  constructor(private readonly pino: Logger) {
    this.plain = pino.child({}, { redact: [] });
  }

  log(message: string, context?: unknown): void {
    this.pino.debug({ context }, message);
  }
  debug(message: string, context?: unknown): void {
    this.pino.debug({ context }, message);
  }
  verbose(message: string, context?: unknown): void {
    this.pino.trace({ context }, message);
  }
  /** Whether `info` writes anything, for whoever has to work for what it would say. */
  get tells(): boolean {
    return this.pino.isLevelEnabled('info');
  }
  /** For people and log collectors: a line of fields. */
  info(fields: object, message: string): void {
    this.pino.info(fields, message);
  }
  /** There is one for every request. */
  request(line: RequestLine): void {
    this.plain.info(line, 'request');
  }
  warn(message: string, error?: unknown): void {
    this.pino.warn({ error: loggable(error) }, message);
  }
  error(message: string, error?: unknown): void {
    this.pino.error({ error: loggable(error) }, message);
  }
  fatal(message: string, error?: unknown): void {
    this.pino.fatal({ error: loggable(error) }, message);
  }
}

/** What of an error may stand in a log: database drivers hang the values of the statement on theirs, which are people's data. */
function loggable(error: unknown): unknown {
  if (!types.isNativeError(error)) return error;
  const { name, message, stack, cause } = error;
  const { code } = error as { code?: unknown };
  return {
    type: name,
    message,
    ...(code !== undefined && { code }),
    stack,
    ...(cause !== undefined && { cause: loggable(cause) }),
  };
}
