import { Body } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { problem, type InputFault, type Problem } from './problem';

/**
 * The body of a request as an instance of its DTO, checked by class-validator.
 * @param optional whether no body counts as an object without members
 * @throws Problem 400 with a JSON pointer and a sentence for each fault; unknown members are faults too
 */
export function ValidatedBody(Dto: new () => object, { optional = false } = {}): ParameterDecorator {
  return Body({
    transform(body: unknown): object {
      return validated(Dto, optional && body === undefined ? {} : jsonObject(body));
    },
  });
}

/** @throws Problem 400 when a body is anything but a JSON object */
export function jsonObject(body: unknown): object {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  throw problem(400, 'The body must be a JSON object.', [{ pointer: '', detail: 'must be a JSON object' }]);
}

/** An object as an instance of its DTO. @throws Problem 400 as ValidatedBody does */
export function validated<T extends object>(Dto: new () => T, plain: object): T {
  const dto = plainToInstance(Dto, plain);
  const faults = validateSync(dto, { whitelist: true, forbidNonWhitelisted: true }).flatMap((e) => flatten(e, ''));
  if (faults.length) throw invalid(faults);
  return dto;
}

/** The answer to a body that is wrong in these places, of which the first is told in words as well. */
export function invalid(faults: readonly InputFault[]): Problem {
  return problem(400, `${faults[0]!.pointer}: ${faults[0]!.detail}`, faults);
}

function flatten(error: ValidationError, above: string): InputFault[] {
  const pointer = `${above}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const own = sentencesOf(error.constraints ?? {}).map((detail) => ({ pointer, detail }));
  return [...own, ...(error.children ?? []).flatMap((child) => flatten(child, pointer))];
}

/** Constraints without which the others of a value mean nothing. */
const KINDS = ['isArray', 'isBoolean', 'isDate', 'isInt', 'isObject', 'isString'];

/** One mistake is one fault: of what is no time it is not said that it is past as well. */
function sentencesOf(constraints: Readonly<Record<string, string>>): string[] {
  const kind = KINDS.find((name) => name in constraints);
  // Two constraints may say the same of one value.
  return kind === undefined ? [...new Set(Object.values(constraints))] : [constraints[kind]!];
}
