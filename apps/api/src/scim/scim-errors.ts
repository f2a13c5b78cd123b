import { types } from 'node:util';
import { HttpException } from '@nestjs/common';
import { isUnavailable } from '@provost/entities';
import { MethodNotAllowed, NotFound, PayloadTooLarge, ScimError, UnsupportedMediaType } from '@provost/scim-protocol';
import { DatabaseError } from 'pg';
import { QueryFailedError } from 'typeorm';

/** SCIM errors for what other layers throw; undefined for what nobody foresaw (that is a 500, and logged). */
export function asScimError(error: unknown): ScimError | undefined {
  if (error instanceof ScimError) return error;
  if (isUnavailable(databaseFault(error)))
    return new ScimError(503, 'The directory cannot be reached at the moment. Try again shortly.');
  if (isBadInput(databaseCode(error)))
    return new ScimError(400, 'A value in the request cannot be stored or compared.', 'invalidValue');
  if (error instanceof HttpException) return fromStatus(error.getStatus(), error.message);
  if (isRefusal(error)) return fromStatus(error.statusCode, error.message);
  return undefined;
}

function databaseFault(error: unknown): unknown {
  return error instanceof QueryFailedError ? error.driverError : error;
}

/** The SQLSTATE, also of what TypeORM has wrapped. */
function databaseCode(error: unknown): string | undefined {
  const fault = databaseFault(error);
  return fault instanceof DatabaseError ? fault.code : undefined;
}

/** What the HTTP server found fault with, such as a body that broke off. */
function isRefusal(error: unknown): error is Error & { statusCode: number } {
  const status = types.isNativeError(error) ? (error as { statusCode?: unknown }).statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 500;
}

/** Class 22, "data exception", and a row too large for its index: the input is at fault, not the server. */
function isBadInput(code: string | undefined): boolean {
  return code !== undefined && (/^22/.test(code) || code === '54000' || code === '54001');
}

function fromStatus(status: number, message: string): ScimError {
  switch (status) {
    case 404:
      return new NotFound(
        'There is nothing at this address. SCIM resources are under /scim/v2/Users and /scim/v2/Groups.',
      );
    case 413:
      return new PayloadTooLarge('The request is too large: 16 MiB is the most. Split it into several.');
    case 415:
      return new UnsupportedMediaType('Send JSON: Content-Type application/scim+json or application/json.');
    default:
      return new ScimError(status, message, status === 400 ? 'invalidSyntax' : undefined);
  }
}

const COLLECTION = ['GET', 'POST'];
const RESOURCE = ['GET', 'PUT', 'PATCH', 'DELETE'];
const METHODS: readonly [RegExp, readonly string[]][] = [
  [/^\/(ServiceProviderConfig|Schemas|ResourceTypes)(\/[^/]+)?$/i, ['GET']],
  [/^(\/(Users|Groups|Roles|Entitlements))?\/\.search$/i, ['POST']],
  [/^\/Bulk$/i, ['POST']],
  [/^\/(Users|Groups|Roles|Entitlements)$/i, COLLECTION],
  [/^\/(Users|Groups|Roles|Entitlements)\/[^/]+$/i, RESOURCE],
];

/** 405 with the methods that a known path takes, or undefined for an unknown path. @param path below /scim/v2 */
export function methodNotAllowed(method: string, path: string): MethodNotAllowed | undefined {
  const allow = METHODS.find(([pattern]) => pattern.test(path))?.[1];
  if (!allow || allow.includes(method === 'HEAD' ? 'GET' : method)) return undefined;
  return new MethodNotAllowed(`${method} is not possible here; use ${allow.join(', ')}.`, allow);
}
