import { Body } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { problem, type InputFault } from './problem';

/**
 * The body of a request as an instance of its DTO, checked by class-validator.
 * @throws Problem 400 with a JSON pointer and a sentence for each fault; unknown members are faults too
 */
export function ValidatedBody(Dto: new () => object): ParameterDecorator {
  return Body({
    transform(body: unknown): object {
      if (typeof body !== 'object' || body === null || Array.isArray(body))
        throw problem(400, 'The body must be a JSON object.', [{ pointer: '', detail: 'must be a JSON object' }]);
      const dto = plainToInstance(Dto, body);
      const faults = validateSync(dto, { whitelist: true, forbidNonWhitelisted: true }).flatMap((e) => flatten(e, ''));
      if (faults.length) throw problem(400, `${faults[0]!.pointer}: ${faults[0]!.detail}`, faults);
      return dto;
    },
  });
}

function flatten(error: ValidationError, above: string): InputFault[] {
  const pointer = `${above}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const own = Object.values(error.constraints ?? {}).map((detail) => ({ pointer, detail }));
  return [...own, ...(error.children ?? []).flatMap((child) => flatten(child, pointer))];
}
