import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';

/** Structured log lines; also what Nest itself logs through. Never given headers or bodies, so no secret can reach it. */
export class FaultLog implements LoggerService {
  constructor(private readonly pino: Logger) {}

  log(message: string, context?: unknown): void {
    this.pino.debug({ context }, message);
  }
  debug(message: string, context?: unknown): void {
    this.pino.debug({ context }, message);
  }
  verbose(message: string, context?: unknown): void {
    this.pino.trace({ context }, message);
  }
  /** For people and log collectors: a line of fields. */
  info(fields: object, message: string): void {
    this.pino.info(fields, message);
  }
  warn(message: string, error?: unknown): void {
    this.pino.warn({ err: error }, message);
  }
  error(message: string, error?: unknown): void {
    this.pino.error({ err: error }, message);
  }
  fatal(message: string, error?: unknown): void {
    this.pino.fatal({ err: error }, message);
  }
}
